"""Graph `knowledge`: chunk → embed[i] → index[i] → link → finish (FILINGS 7.12–7.14, 7.19)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, connect, transaction
from auspex.core.limits import INDEX_BATCH_CHUNKS
from auspex.core.messages import wrap
from auspex.filings import filing_store, guidance_store, kpi_store
from auspex.filings.amendments import supersede_new_chunks, supersede_sections
from auspex.filings.document_store import DocumentStore
from auspex.filings.graph import GraphRun
from auspex.filings.index.chunking import CompanyName, chunk_filing, embedded_text
from auspex.filings.index.embed import DIMENSIONS, Embedder
from auspex.filings.index.index_store import index_chunks, remove_chunks, show_chunks
from auspex.filings.leases import leased
from auspex.filings.messages import UNIT_KIND, IndexFiling
from auspex.filings.model import Chunk, FilingHeader
from auspex.filings.prices import ENRICH
from auspex.filings.stored_documents import load_documents
from auspex.platform.consumer import Delivery
from auspex.platform.jobs import advance_unit, succeed_unit

GRAPH = "knowledge"
PROGRESS_START, PROGRESS_END = 68, 98
CHUNKS: TypeAdapter[list[Chunk]] = TypeAdapter(list[Chunk])


@dataclass(frozen=True, slots=True)
class Ports:
    """What the stage reaches beyond Postgres."""

    documents: DocumentStore
    embedder: Embedder
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Work:
    """What every batch needs to know of the filing."""

    header: FilingHeader
    section_ids: dict[tuple[int, int], str]
    batches: list[list[Chunk]]
    is_hidden: bool
    """Another version is shown until this one is complete."""


def index_filing(delivery: Delivery[IndexFiling], *, ports: Ports) -> None:
    """Index an analysed filing in batches; with too little time left the rest continues in a new message."""
    body = delivery.body
    with leased(GRAPH, body.accession, seconds=delivery.remaining_seconds()) as lease:
        graph = GraphRun(lease, body.run, ports.documents, delivery)
        work = _chunk(graph, delivery, ports)
        for number in range(body.from_ordinal, len(work.batches)):
            if number > body.from_ordinal and delivery.is_short_of_time():
                _continue_later(delivery, number, ports.clock)
                return
            _index_batch(graph, delivery, work, number, ports)
        graph.effect(
            "link", lambda connection: _link(connection, work.header, ports.clock), inputs=[body.index_version]
        )
        graph.effect(
            "finish",
            lambda connection: _finish(connection, delivery, work, ports.clock),
            inputs=[body.index_version, delivery.envelope.dedup_key],
        )


def _chunk(graph: GraphRun, delivery: Delivery[IndexFiling], ports: Ports) -> _Work:
    body, connection = delivery.body, connect()
    row = filing_store.load_filing(connection, body.accession)
    header = filing_store.header_of(row)
    documents, section_ids = load_documents(connection, ports.documents, accession=body.accession)
    company = filing_store.find_company(connection, header.cik)
    assert company is not None

    def compute() -> Any:
        chunks = chunk_filing(
            header,
            CompanyName(ticker=company["ticker"], name=company["name"]),
            documents,
            kpi_store.list_filing_kpis(connection, accession=body.accession, run=body.run),
            kpi_store.read_summary(connection, accession=body.accession, run=body.run),
            guidance=[
                (item.span, item.words)
                for item in guidance_store.list_filing_guidance(connection, accession=body.accession, run=body.run)
            ],
            count_tokens=ports.embedder.count_tokens,
        )
        return CHUNKS.dump_python(list(chunks), mode="json")

    inputs = [body.index_version, sorted(section_ids.values()), ports.embedder.model_sha256]
    chunks = CHUNKS.validate_python(graph.node("chunk", compute, inputs=inputs))
    batches = [chunks[first : first + INDEX_BATCH_CHUNKS] for first in range(0, len(chunks), INDEX_BATCH_CHUNKS)]
    _report(delivery, "chunk", PROGRESS_START, ports.clock)
    return _Work(header, section_ids, batches, is_hidden=body.index_version != row["index_version"])


def _index_batch(graph: GraphRun, delivery: Delivery[IndexFiling], work: _Work, number: int, ports: Ports) -> None:
    body, batch = delivery.body, work.batches[number]
    inputs = [body.index_version, ports.embedder.model_sha256, [embedded_text(chunk) for chunk in batch]]
    state = graph.node("embed", partial(_embed, ports.embedder, batch), inputs=inputs, ordinal=number)
    vectors = np.frombuffer(base64.b64decode(state["float32"]), dtype=np.float32).reshape(len(batch), DIMENSIONS)

    def write(connection: Connection) -> None:
        index_chunks(
            connection, accession=body.accession, cik=work.header.cik, form=work.header.form,
            period_end=work.header.report_date, known_at=filing_store.known_at(work.header),
            index_version=body.index_version, section_ids=work.section_ids, chunks=batch, embeddings=vectors,
            is_hidden=work.is_hidden,
        )  # fmt: skip
        supersede_new_chunks(connection, accession=body.accession)

    graph.effect("index", write, inputs=inputs, ordinal=number)
    done = (number + 1) / len(work.batches)
    _report(delivery, "index", PROGRESS_START + int((PROGRESS_END - PROGRESS_START) * done), ports.clock)


def _embed(embedder: Embedder, batch: list[Chunk]) -> dict[str, str]:
    vectors = np.ascontiguousarray(embedder.embed([embedded_text(chunk) for chunk in batch]), dtype=np.float32)
    return {"float32": base64.b64encode(vectors.tobytes()).decode()}


def _link(connection: Connection, header: FilingHeader, clock: Clock) -> None:
    """Have what amendments restate leave default retrieval from the moment it was known."""
    filing_store.lock_company(connection, header.cik)
    supersede_sections(connection, accession=header.accession, at=clock.now())


def _finish(connection: Connection, delivery: Delivery[IndexFiling], work: _Work, clock: Clock) -> None:
    """Swap to this index version, move the filing to `indexed` and end its unit, in one transaction.

    A version that comes later than its successor is taken out of the index again. The filing is linked once more: an
    amendment may have been linked while it, or this version of it, was not in the index yet.
    """
    at, body = clock.now(), delivery.body
    delivery.mark(connection, at=at)
    filing_store.lock_company(connection, work.header.cik)
    row = filing_store.lock_filing(connection, body.accession)
    assert row is not None
    shown = max(row["index_version"], body.index_version)
    if work.is_hidden and shown == body.index_version:
        show_chunks(connection, accession=body.accession, index_version=shown)
    removed = remove_chunks(connection, accession=body.accession, keep_index_version=shown)
    chunks = sum(len(batch) for batch in work.batches)
    enriched = kpi_store.is_enriched(connection, accession=body.accession, run=body.run)
    filing_store.mark_indexed(
        connection, accession=body.accession, index_version=body.index_version, at=at,
        payload={"index_version": body.index_version, "chunks": chunks, "removed": removed},
    )  # fmt: skip
    _link(connection, work.header, clock)
    succeed_unit(
        connection, kind=UNIT_KIND, unit_key=body.unit_key, at=at,
        result={"accession": body.accession, "status": "indexed", "already_stored": False, "chunks": chunks,
                "enriched": enriched},
        undelivered=() if enriched else (ENRICH,),
    )  # fmt: skip


def _continue_later(delivery: Delivery[IndexFiling], number: int, clock: Clock) -> None:
    """End this message and go on at `number` in a new one; checkpoints hold what is done."""
    body, at = delivery.body, clock.now()
    following = body.model_copy(update={"from_ordinal": number})
    first_key = delivery.envelope.dedup_key.partition("@")[0]  # who begins anew goes through all batches anew
    with transaction() as connection:
        delivery.mark(connection, at=at)
        outbox.enqueue(connection, wrap(following, dedup_key=f"{first_key}@{number}", cause=delivery.cause), at=at)


def _report(delivery: Delivery[IndexFiling], node: str, progress: int, clock: Clock) -> None:
    advance_unit(
        connect(), kind=UNIT_KIND, unit_key=delivery.body.unit_key, stage=f"{GRAPH}:{node}", progress=progress,
        at=clock.now(),
    )  # fmt: skip
