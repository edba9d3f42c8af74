"""Graph `analysis`: load → facts → tables → items → guidance → enrich → compare → persist (FILINGS 7.5–7.9, 7.19)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, connect
from auspex.core.messages import wrap
from auspex.filings import filing_store, kpi_store
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.amendments import note_restated_figures
from auspex.filings.document_store import DocumentStore
from auspex.filings.enrich_filing import INVALID, Readable, enrich_filing, note_invalid
from auspex.filings.extraction.compare_kpis import compare_kpis
from auspex.filings.extraction.guidance import extract_guidance
from auspex.filings.extraction.guidance_item import GuidanceItem
from auspex.filings.extraction.kpis import KpiExtraction, extract_kpis
from auspex.filings.extraction.summary import summarize
from auspex.filings.graph import GraphRun
from auspex.filings.leases import leased
from auspex.filings.messages import UNIT_KIND, AnalyzeFiling, IndexFiling
from auspex.filings.model import Fact, FilingDocument, FilingHeader, Kpi, SummaryBullet
from auspex.filings.reading.items import item_severity
from auspex.filings.reading.xbrl import keep_most_precise, read_companyfacts
from auspex.filings.record_guidance import GuidanceFound, record_guidance
from auspex.filings.source_errors import NotFoundAtSource, NotRecorded
from auspex.filings.source_outcomes import edgar_outcomes
from auspex.filings.stored_documents import load_documents
from auspex.filings.tell_guidance import tell_changed
from auspex.filings.tell_watchers import tell_analyzed
from auspex.platform.consumer import Defer, Delivery
from auspex.platform.jobs import advance_unit

GRAPH = "analysis"
PERIODIC_FORMS = frozenset({"10-K", "10-Q"})
PROGRESS = {"load": 45, "facts": 50, "tables": 58, "items": 61, "guidance": 62, "enrich": 64, "persist": 65}
FACTS: TypeAdapter[list[Fact]] = TypeAdapter(list[Fact])
EXTRACTION: TypeAdapter[KpiExtraction] = TypeAdapter(KpiExtraction)
BULLETS: TypeAdapter[list[SummaryBullet]] = TypeAdapter(list[SummaryBullet])
GUIDANCE: TypeAdapter[list[GuidanceItem]] = TypeAdapter(list[GuidanceItem])


@dataclass(frozen=True, slots=True)
class Ports:
    """What the stage reaches beyond Postgres."""

    edgar: EdgarClient
    documents: DocumentStore
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Filing:
    """A fetched filing in memory."""

    header: FilingHeader
    documents: tuple[FilingDocument, ...]
    section_ids: dict[tuple[int, int], str]
    hashes: list[str]
    index_version: int


@dataclass(frozen=True, slots=True)
class _Analysis:
    """What the nodes found."""

    companyfacts: list[Fact]
    extraction: KpiExtraction
    items: dict[str, Any]
    guidance: list[GuidanceItem]
    changes: list[dict[str, Any]]
    enrichment: dict[str, Any] | None


def analyze_filing(delivery: Delivery[AnalyzeFiling], *, ports: Ports) -> None:
    """Extract a filing's figures, items and summary, and hand it to the index. Safe to repeat at any node."""
    body = delivery.body
    with leased(GRAPH, body.accession, seconds=delivery.remaining_seconds()) as lease:
        graph = GraphRun(lease, body.run, ports.documents, delivery)
        filing = _load(ports.documents, body.accession, body.run)
        graph.node("load", lambda: {"documents": len(filing.documents)}, inputs=filing.hashes)
        _report(delivery, "load", ports.clock)
        facts = FACTS.validate_python(
            graph.node("facts", partial(_facts_or_wait, delivery, ports, filing), inputs=filing.hashes), strict=False
        )
        _report(delivery, "facts", ports.clock)
        previous = kpi_store.list_previous_kpis(
            connect(), cik=filing.header.cik, accession=body.accession, known_at=filing_store.known_at(filing.header)
        )
        extraction = EXTRACTION.validate_python(
            graph.node("tables", partial(_extract, filing, facts, previous), inputs=[filing.hashes, len(facts)])
        )
        _report(delivery, "tables", ports.clock)
        items = graph.node("items", partial(_items, filing, extraction), inputs=[filing.hashes, len(extraction.kpis)])
        _report(delivery, "items", ports.clock)
        guidance = GUIDANCE.validate_python(
            graph.node("guidance", partial(_guidance, filing, extraction), inputs=[filing.hashes, len(extraction.kpis)])
        )
        _report(delivery, "guidance", ports.clock)
        enrichment = _enrich_or_wait(graph, delivery, filing, ports) if body.enrich else None
        changes = graph.node("compare", partial(compare_kpis, extraction.kpis, previous), inputs=[filing.hashes])
        analysis = _Analysis(facts, extraction, items, guidance, changes, enrichment)
        graph.effect(
            "persist",
            lambda connection: _persist(connection, delivery, filing, analysis, ports.clock),
            inputs=[filing.hashes, delivery.envelope.dedup_key],
        )


def _load(store: DocumentStore, accession: str, run: int) -> _Filing:
    connection = connect()
    row = filing_store.load_filing(connection, accession)
    documents, section_ids = load_documents(connection, store, accession=accession)
    hashes = [d["raw_sha256"] for d in filing_store.list_documents(connection, accession)]
    version = row["index_version"] + (run > row["run"])  # figures of another run stand in chunks of another version
    return _Filing(filing_store.header_of(row), documents, section_ids, hashes, version)


def _facts_or_wait(delivery: Delivery[AnalyzeFiling], ports: Ports, filing: _Filing) -> Any:
    """Return companyfacts; while EDGAR pauses, say on the job what it waits for and come back later."""
    try:
        return _companyfacts(ports.edgar, filing)
    except Defer as defer:
        advance_unit(
            connect(), kind=UNIT_KIND, unit_key=delivery.body.unit_key, stage=f"{GRAPH}:waiting", progress=0,
            waiting_on=defer.waiting_on, at=ports.clock.now(),
        )  # fmt: skip
        raise


def _enrich_or_wait(
    graph: GraphRun, delivery: Delivery[AnalyzeFiling], filing: _Filing, ports: Ports
) -> dict[str, Any]:
    """Return how enrichment ended; while no provider answers, say on the job what it waits for and come back later."""
    readable = Readable(filing.header, filing.documents, filing.section_ids, filing.hashes)
    try:
        state = enrich_filing(graph, delivery, readable, clock=ports.clock)
    except Defer as defer:
        advance_unit(
            connect(), kind=UNIT_KIND, unit_key=delivery.body.unit_key, stage=f"{GRAPH}:waiting", progress=0,
            waiting_on=defer.waiting_on, at=ports.clock.now(),
        )  # fmt: skip
        raise
    _report(delivery, "enrich", ports.clock)
    return state


def _companyfacts(edgar: EdgarClient, filing: _Filing) -> Any:
    """Return the tagged facts EDGAR publishes of a periodic report that carries none inline; else nothing."""
    if filing.header.base_form not in PERIODIC_FORMS or any(document.facts for document in filing.documents):
        return []
    with edgar_outcomes():
        try:
            payload = edgar.companyfacts(filing.header.cik)
        except (NotFoundAtSource, NotRecorded):
            return []
    facts = read_companyfacts(json.dumps(payload).encode(), accession=filing.header.accession)
    return FACTS.dump_python(list(facts), mode="json")


def _extract(filing: _Filing, facts: list[Fact], previous: tuple[Kpi, ...]) -> Any:
    year_end = _year_end(filing.header.cik)
    extraction = extract_kpis(filing.header, filing.documents, facts, previous=previous, fiscal_year_end=year_end)
    return EXTRACTION.dump_python(extraction, mode="json")


def _guidance(filing: _Filing, extraction: KpiExtraction) -> Any:
    year_end = _year_end(filing.header.cik)
    items = extract_guidance(filing.header, filing.documents, extraction.kpis, fiscal_year_end=year_end)
    return GUIDANCE.dump_python(list(items), mode="json")


def _year_end(cik: int) -> str | None:
    company = filing_store.find_company(connect(), cik)
    return company["fiscal_year_end"] if company else None


def _items(filing: _Filing, extraction: KpiExtraction) -> Any:
    bullets = summarize(filing.header, filing.documents, extraction.kpis)
    severities = {item: item_severity(item).value for item in filing.header.items}
    return {"severities": severities, "bullets": BULLETS.dump_python(list(bullets), mode="json")}


def _persist(
    connection: Connection,
    delivery: Delivery[AnalyzeFiling],
    filing: _Filing,
    analysis: _Analysis,
    clock: Clock,
) -> None:
    """Write facts, KPIs, summary, status and the message to the index in one transaction."""
    at, body, header = clock.now(), delivery.body, filing.header
    delivery.mark(connection, at=at)
    filing_store.lock_company(connection, header.cik)
    place: dict[str, Any] = {"accession": body.accession, "section_ids": filing.section_ids}
    dated: dict[str, Any] = place | {"cik": header.cik, "known_at": filing_store.known_at(header)}
    kpi_store.insert_facts(connection, _all_facts(filing, analysis.companyfacts), **dated)
    kpi_store.insert_kpis(connection, analysis.extraction.kpis, run=body.run, **dated)
    found = GuidanceFound(header, body.run, analysis.guidance, analysis.extraction.kpis, filing.section_ids)
    guidance_changes = record_guidance(connection, found, at=at)
    kpi_store.insert_summary(connection, BULLETS.validate_python(analysis.items["bullets"]), run=body.run, **place)
    filing_store.mark_analyzed(
        connection, accession=body.accession, run=body.run, flags=analysis.extraction.flags, at=at,
        payload={
            "run": body.run, "kpis": len(analysis.extraction.kpis),
            "severities": analysis.items["severities"], "changes": analysis.changes,
            "conflicts": [f"{c.metric} {c.period_end}: {c.reason}" for c in analysis.extraction.conflicts],
            **({"enrichment": analysis.enrichment} if analysis.enrichment else {}),
        },
    )  # fmt: skip
    note_restated_figures(connection, accession=body.accession, at=at)
    outcome = (analysis.enrichment or {}).get("outcome", "")
    if outcome.startswith(INVALID):
        note_invalid(connection, delivery, outcome, clock=clock)
    tell_analyzed(connection, accession=body.accession, cause=delivery.cause, at=at)
    tell_changed(connection, accession=body.accession, changes=guidance_changes, cause=delivery.cause, at=at)
    _hand_on(connection, delivery, filing.index_version, at)


def _all_facts(filing: _Filing, companyfacts: list[Fact]) -> list[tuple[Fact, FilingDocument | None]]:
    inline = [(fact, document) for document in filing.documents for fact in keep_most_precise(document.facts)]
    return [*inline, *((fact, None) for fact in companyfacts)]


def _hand_on(connection: Connection, delivery: Delivery[AnalyzeFiling], index_version: int, at: datetime) -> None:
    body = delivery.body
    command = IndexFiling(
        accession=body.accession, run=body.run, index_version=index_version, unit_kind=body.unit_kind,
        unit_key=body.unit_key,
    )  # fmt: skip
    key = f"index:{body.accession}:{body.run}:{index_version}:0"
    outbox.enqueue(connection, wrap(command, dedup_key=key, cause=delivery.cause), at=at)
    advance_unit(
        connection,
        kind=UNIT_KIND,
        unit_key=body.unit_key,
        stage=f"{GRAPH}:persist",
        progress=PROGRESS["persist"],
        at=at,
    )


def _report(delivery: Delivery[AnalyzeFiling], node: str, clock: Clock) -> None:
    advance_unit(
        connect(), kind=UNIT_KIND, unit_key=delivery.body.unit_key, stage=f"{GRAPH}:{node}", progress=PROGRESS[node],
        at=clock.now(),
    )  # fmt: skip
