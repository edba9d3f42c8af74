"""Graph `ingestion`: list → detect → documents → normalize → sections → persist (FILINGS 7.2–7.4, 7.19)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from auspex.core import outbox
from auspex.core.clock import Clock, format_instant
from auspex.core.database import Connection, connect
from auspex.core.messages import wrap
from auspex.filings import filing_store
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_index import FilingIndex, IndexDocument, documents_to_fetch
from auspex.filings.adapters.edgar_sgml import document_body, split_submission
from auspex.filings.document_store import DocumentStore, raw_key, sha256_of
from auspex.filings.filing_store import StoredDocument
from auspex.filings.graph import GraphRun
from auspex.filings.leases import leased
from auspex.filings.messages import UNIT_KIND, AnalyzeFiling, FetchFiling, IndexFiling
from auspex.filings.model import NORMALIZER_VERSION, FilingHeader, Section
from auspex.filings.prices import ENRICH, FILING
from auspex.filings.reading.document_json import document_from_json, document_to_json
from auspex.filings.reading.normalize import UnsupportedDocumentError, normalize
from auspex.filings.reading.sections import split_sections
from auspex.filings.source_errors import NotFoundAtSource
from auspex.filings.source_outcomes import FiledByAnother, UnsupportedDocument, edgar_outcomes
from auspex.platform.consumer import Defer, Delivery
from auspex.platform.jobs import advance_unit, succeed_unit

GRAPH = "ingestion"
FRESH_HOURS = 24
UNFETCHED = frozenset({"detected", "skipped", "dead_letter"})
PROGRESS = {"list": 5, "documents": 20, "normalize": 30, "persist": 40}


@dataclass(frozen=True, slots=True)
class Ports:
    """What the stage reaches beyond Postgres."""

    edgar: EdgarClient
    documents: DocumentStore
    clock: Clock


def fetch_filing(delivery: Delivery[FetchFiling], *, ports: Ports) -> None:
    """Fetch one filing and hand it to analysis. Safe to repeat after a crash at any node.

    Raises Defer while EDGAR pauses or the filing is not published yet, a Problem when it never can be read.
    """
    accession, cik = delivery.body.accession, delivery.body.cik
    try:
        with leased(GRAPH, accession, seconds=delivery.remaining_seconds()) as lease:
            graph = GraphRun(lease, 1, ports.documents, delivery)
            with edgar_outcomes():
                listing = graph.node("list", lambda: _list(ports.edgar, cik, accession, ports.clock), inputs=[cik])
                graph.effect("detect", partial(_detect, listing, ports.clock), inputs=[listing["header"]])
                _report(delivery, "list", ports.clock)
                fetched = [
                    graph.node("documents", partial(_fetch, ports, listing, entry), inputs=[entry], ordinal=number)
                    for number, entry in enumerate(listing["documents"])
                ]
            _report(delivery, "documents", ports.clock)
            kept = [document for document in fetched if document is not None]
            normalized = [
                graph.node("normalize", partial(_normalize, ports.documents, entry),
                           inputs=[entry["raw_sha256"], NORMALIZER_VERSION], ordinal=number)
                for number, entry in enumerate(kept)
            ]  # fmt: skip
            _refuse_unreadable(kept, normalized)
            _report(delivery, "normalize", ports.clock)
            read = [d | n for d, n in zip(kept, normalized, strict=True)]
            readable = [entry for entry in read if entry["normalized_key"] is not None]
            unread = [entry for entry in read if entry["normalized_key"] is None]
            sliced = [
                entry
                | {
                    "sections": graph.node(
                        "sections",
                        partial(_slice, ports.documents, entry, listing["header"]["form"]),
                        inputs=[entry["normalized_key"], entry["type"]],
                        ordinal=number,
                    )
                }
                for number, entry in enumerate(readable)
            ]
            graph.effect(
                "persist",
                lambda connection: _persist(connection, delivery, listing, [*sliced, *unread], ports),
                inputs=[listing, sliced, delivery.envelope.dedup_key],
            )
    except Defer as defer:
        _report_waiting(delivery, defer, ports.clock)
        raise


def _list(edgar: EdgarClient, cik: int, accession: str, clock: Clock) -> dict[str, Any]:
    index = edgar.filing_index(cik, accession, fresh=_is_fresh(connect(), accession, clock.now()))
    filers = {filer.cik: filer.name for filer in index.filers}
    if filers and cik not in filers:
        raise FiledByAnother(detail=f"{accession} was filed by CIK {', '.join(map(str, filers))}, not {cik}.")
    header = index.header(cik)
    company = filers.get(cik, f"CIK {cik}")
    return {
        "header": _header_to_json(header),
        "company": company,
        "sample": index.sample,
        "documents": [_entry(edgar, document, index) for document in documents_to_fetch(index)],
    }


def _detect(listing: dict[str, Any], clock: Clock, connection: Connection) -> None:
    """Store company and filing as soon as they are known, so that a filing nobody can read is still there to see."""
    header = header_from_json(listing["header"])
    filing_store.insert_missing_company(connection, cik=header.cik, name=listing["company"], sample=listing["sample"])
    filing_store.insert_filing(connection, header, source="request", at=clock.now(), sample=listing["sample"])


def _is_fresh(connection: Connection, accession: str, now: datetime) -> bool:
    """EDGAR publishes late: within 24 h of acceptance an absent filing may still come."""
    try:
        row = filing_store.load_filing(connection, accession)
    except LookupError:
        return False
    accepted_at: datetime = row["accepted_at"] or row["detected_at"]
    return now - accepted_at < timedelta(hours=FRESH_HOURS)


def _entry(edgar: EdgarClient, document: IndexDocument, index: FilingIndex) -> dict[str, Any]:
    return {
        "sequence": document.sequence, "type": document.type, "filename": document.filename,
        "source_url": edgar.absolute(document.url), "primary": document is index.primary,
    }  # fmt: skip


def _fetch(ports: Ports, listing: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    """Store a document's raw bytes under their hash and return what is known of them.

    A document that EDGAR lists but does not serve is cut out of the full submission text instead.
    """
    header = listing["header"]
    cik, accession = header["cik"], header["accession"]
    try:
        body = ports.edgar.document(entry["source_url"])
    except NotFoundAtSource:
        found = _from_submission(ports.edgar.full_submission(cik, accession), entry["filename"])
        if found is None:
            raise
        body = found
    digest = sha256_of(body)
    key = raw_key(cik=cik, accession=accession, filename=entry["filename"], sha256=digest)
    ports.documents.put(key, body)
    return entry | {"s3_key": key, "raw_sha256": digest, "bytes": len(body)}


def _from_submission(text: bytes, filename: str) -> bytes | None:
    return next((d.body for d in split_submission(text) if d.filename == filename and not d.encoded), None)


def _normalize(documents: DocumentStore, entry: dict[str, Any]) -> dict[str, Any]:
    """Write a document's canonical form beside its raw bytes; an unreadable exhibit is kept raw, with its reason."""
    try:
        document = normalize(document_body(documents.get(entry["s3_key"])), filename=entry["filename"])
    except UnsupportedDocumentError as error:
        return {"normalized_key": None, "degraded": True, "reasons": [str(error)]}
    key = f"{entry['s3_key']}.normalized-{NORMALIZER_VERSION}.json"
    documents.put(key, document_to_json(document))
    return {"normalized_key": key, "degraded": document.degraded, "reasons": list(document.reasons)}


def _slice(documents: DocumentStore, entry: dict[str, Any], form: str) -> list[dict[str, Any]]:
    """Find a document's sections; their places suffice, the text is in the canonical form."""
    document = document_from_json(documents.get(entry["normalized_key"]))
    sections = split_sections(document, form=form, document_type=entry["type"])
    return [
        {"section_key": s.section_key, "ordinal": s.ordinal, "title": s.title, "start": s.start, "end": s.end}
        for s in sections
    ]


def _refuse_unreadable(kept: list[dict[str, Any]], normalized: list[dict[str, Any]]) -> None:
    for entry, result in zip(kept, normalized, strict=True):
        if entry["primary"] and result["normalized_key"] is None:
            raise UnsupportedDocument(detail=f"{entry['filename']}: {'; '.join(result['reasons'])}", node="normalize")


def _persist(
    connection: Connection,
    delivery: Delivery[FetchFiling],
    listing: dict[str, Any],
    entries: list[dict[str, Any]],
    ports: Ports,
) -> None:
    """Write documents, sections and the message to analysis in one transaction.

    A filing that another job fetched meanwhile, with the same documents, keeps its state and history.
    """
    at = ports.clock.now()
    delivery.mark(connection, at=at)
    header = header_from_json(listing["header"])
    filing_store.lock_company(connection, header.cik)
    before = filing_store.lock_filing(connection, header.accession)
    assert before is not None
    readable = [entry for entry in entries if entry["normalized_key"] is not None]
    new = [_persist_document(connection, header.accession, entry, ports) for entry in readable]
    if any(new) or before["status"] in UNFETCHED:
        for entry in entries:
            if entry["degraded"]:
                _tell_degraded(connection, header.accession, entry, at)
        filing_store.mark_fetched(connection, header, sample=listing["sample"], at=at)
    _hand_on(connection, delivery, before, at)


def _persist_document(connection: Connection, accession: str, entry: dict[str, Any], ports: Ports) -> bool:
    """Store a document; False when it is stored already."""
    at = ports.clock.now()
    document = document_from_json(ports.documents.get(entry["normalized_key"]))
    sections = [Section(**place, text=document.text[place["start"] : place["end"]]) for place in entry["sections"]]
    stored = StoredDocument(
        sequence=entry["sequence"], type=entry["type"], filename=entry["filename"], source_url=entry["source_url"],
        s3_key=entry["s3_key"], normalized_key=entry["normalized_key"], raw_sha256=entry["raw_sha256"],
        bytes=entry["bytes"], degraded=entry["degraded"], reasons=tuple(entry["reasons"]),
    )  # fmt: skip
    return filing_store.insert_document(
        connection, stored, accession=accession, sections=sections, tables=document.tables, at=at
    )


def _tell_degraded(connection: Connection, accession: str, entry: dict[str, Any], at: datetime) -> None:
    """Leave in the filing's history that a document was read leniently, or not at all, and why."""
    read = entry["normalized_key"] is not None
    payload = {"filename": entry["filename"], "reasons": entry["reasons"], "read": read}
    filing_store.insert_event(connection, accession=accession, topic="degraded", payload=payload, at=at)


def _hand_on(connection: Connection, delivery: Delivery[FetchFiling], before: dict[str, Any], at: datetime) -> None:
    """Send the filing to the stage it lacks; a filing that is indexed already only ends its unit."""
    body = delivery.body
    if before["status"] == "indexed":
        succeed_unit(
            connection, kind=UNIT_KIND, unit_key=body.accession, at=at,
            result={"accession": body.accession, "status": "indexed", "already_stored": True},
            undelivered=(FILING, ENRICH),
        )  # fmt: skip
        return
    command: AnalyzeFiling | IndexFiling
    if before["analyzed_at"] is not None:
        command = IndexFiling(
            accession=body.accession, run=before["run"], index_version=before["index_version"],
            unit_kind=UNIT_KIND, unit_key=body.accession,
        )  # fmt: skip
        # A key of its own: the batches before the one that died are marked under the first message's key.
        dedup_key = f"index:{body.accession}:{before['run']}:{before['index_version']}:{delivery.envelope.dedup_key}"
    else:
        command = AnalyzeFiling(
            accession=body.accession, run=before["run"], unit_kind=UNIT_KIND, unit_key=body.accession,
            enrich=body.enrich,
        )  # fmt: skip
        dedup_key = f"analyze:{body.accession}:{before['run']}"
    outbox.enqueue(connection, wrap(command, dedup_key=dedup_key, cause=delivery.cause), at=at)
    advance_unit(
        connection, kind=UNIT_KIND, unit_key=body.accession, stage="ingestion:persist",
        progress=PROGRESS["persist"], at=at,
    )  # fmt: skip


def _report(delivery: Delivery[FetchFiling], node: str, clock: Clock) -> None:
    advance_unit(
        connect(), kind=UNIT_KIND, unit_key=delivery.body.unit_key, stage=f"{GRAPH}:{node}",
        progress=PROGRESS[node], at=clock.now(),
    )  # fmt: skip


def _report_waiting(delivery: Delivery[FetchFiling], defer: Defer, clock: Clock) -> None:
    if defer.waiting_on is not None:
        advance_unit(
            connect(), kind=UNIT_KIND, unit_key=delivery.body.unit_key, stage=f"{GRAPH}:waiting", progress=0,
            waiting_on=defer.waiting_on, at=clock.now(),
        )  # fmt: skip


def _header_to_json(header: FilingHeader) -> dict[str, Any]:
    fields = dataclasses.asdict(header)
    for name in ("filing_date", "report_date"):
        fields[name] = fields[name].isoformat() if fields[name] else None
    fields["accepted_at"] = format_instant(header.accepted_at) if header.accepted_at else None
    return fields | {"items": list(header.items)}


def header_from_json(fields: dict[str, Any]) -> FilingHeader:
    """Read a header back from a checkpoint."""
    return FilingHeader(
        **fields | {
            "items": tuple(fields["items"]),
            "filing_date": date.fromisoformat(fields["filing_date"]),
            "report_date": date.fromisoformat(fields["report_date"]) if fields["report_date"] else None,
            "accepted_at": datetime.fromisoformat(fields["accepted_at"]) if fields["accepted_at"] else None,
        }
    )  # fmt: skip
