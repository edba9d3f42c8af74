"""Time the hybrid statement and asks at 10,000 and 100,000 chunks, random filters, and the indexing of one 10-K.

Text is real where ../shared/data lies beside the checkout (FinanceBench pages, halves recombined beyond 16,000 chunks),
else drawn words; vectors of the search corpus are always drawn (seeded clusters): embedding 100,000 texts takes hours.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import psycopg
from numpy.typing import NDArray
from tests.benchmarks.filings_filters import measure_filters, time_asks
from tests.evals.financebench import load_filings, load_questions
from tests.evals.ground import ROOT, evaluation_server, filings_connection, model_directory
from tests.factories.stored_filings import accession_number, store_filing

from auspex.core.database import Connection
from auspex.filings.index.chunking import CompanyName, chunk_filing, embedded_text
from auspex.filings.index.embed import BATCH_TEXTS, DIMENSIONS, Embedder
from auspex.filings.index.index_store import index_chunks
from auspex.filings.index.search_chunks import SearchFilter, search_chunks
from auspex.filings.model import Chunk, FilingDocument, FilingHeader, Section
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.sections import split_sections

DATA = ROOT.parent / "shared" / "data" / "filings"
SIZES = (10_000, 100_000)
FILING_CHUNKS = 500
COMPANIES = 100
CLUSTERS = 400
SHORT_QUERY_WORDS = 6
QUERIES = 76
WARM_UP_QUERIES = 10
FILTER_QUERIES = 100
FORMS = ("10-K", "10-Q", "8-K")
KNOWN_AT = datetime(2024, 1, 1, tzinfo=UTC)
AS_OF = datetime(2025, 1, 1, tzinfo=UTC)
TEN_K = "sections/10-K_AAPL_0000320193-24-000123.html.gz"

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Texts:
    """Contexts and texts to index, and questions to ask of them."""

    passages: list[tuple[str, str]]
    questions: list[str]
    are_real: bool


def run(sizes: Sequence[int] = SIZES) -> dict[str, float | int | bool]:
    """Measure and return milliseconds (p50, p95) by size and kind of query, and seconds of indexing one 10-K."""
    embedder = Embedder(model_directory())
    texts = _real_texts(embedder) if DATA.is_dir() else _drawn_texts()
    results: dict[str, float | int | bool] = {"search_text_is_real": texts.are_real, **_time_ten_k(embedder)}
    for size in sizes:
        results |= _time_search(texts, size, embedder)
    return results


def _time_search(texts: Texts, size: int, embedder: Embedder) -> dict[str, float]:
    rng = np.random.default_rng(17)
    with evaluation_server() as server, filings_connection(server) as connection:
        began = time.monotonic()
        with psycopg.connect(server.url(), autocommit=True) as owner:
            owner.execute("DROP INDEX filings.chunks_by_vector")
            _load(connection, texts, size, rng)
            owner.execute("SET maintenance_work_mem = '512MB'")
            owner.execute(
                "CREATE INDEX chunks_by_vector ON filings.chunks USING hnsw (embedding vector_cosine_ops)"
                " WITH (m = 16, ef_construction = 64)"
            )
            owner.execute("VACUUM ANALYZE")
        print(f"{size} chunks loaded in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        everything = SearchFilter(as_of=AS_OF)
        one_company = SearchFilter(as_of=AS_OF, ciks=(5,))
        kinds = {
            "short": (_short_queries(texts, rng), everything),
            "question": (texts.questions, everything),
            "company": (texts.questions, one_company),
        }
        results: dict[str, float] = {}
        for kind, (queries, chosen) in kinds.items():
            times = [_ask(connection, query, chosen, rng) for query in [*queries[:WARM_UP_QUERIES], *queries]]
            p50, p95 = np.percentile(times[WARM_UP_QUERIES:], [50, 95])
            results[f"search_{kind}_{size}_p50_ms"] = round(float(p50), 2)
            results[f"search_{kind}_{size}_p95_ms"] = round(float(p95), 2)
        vectors = _unit(rng.normal(size=(FILTER_QUERIES, DIMENSIONS)))
        filters = measure_filters(connection, vectors, companies=COMPANIES, as_of=AS_OF)
        connection.execute("UPDATE filings.filings SET status = 'indexed', accepted_at = detected_at")
        asks = time_asks(connection, embedder, texts.questions, as_of=AS_OF)
        return results | {f"{name}_at_{size}": value for name, value in (filters | asks).items()}


def _ask(connection: Connection, query: str, chosen: SearchFilter, rng: np.random.Generator) -> float:
    vector = _unit(rng.normal(size=(1, DIMENSIONS)))[0]
    began = time.perf_counter()
    search_chunks(connection, terms=[(query, 1.0)], embedding=vector, filter=chosen)
    return (time.perf_counter() - began) * 1000


def _load(connection: Connection, texts: Texts, size: int, rng: np.random.Generator) -> None:
    centres = rng.normal(size=(CLUSTERS, DIMENSIONS))
    passages = _passages(texts, rng)
    for number, start in enumerate(range(0, size, FILING_CHUNKS), start=1):
        count = min(FILING_CHUNKS, size - start)
        cik, form = number % COMPANIES + 1, FORMS[number % len(FORMS)]
        accession = accession_number(number, cik=cik)
        year_end = date(2015 + number % 9, 12, 31)
        with connection.transaction():
            sections = store_filing(
                connection, accession=accession, cik=cik, form=form, report_date=year_end, sections=[("body", "", "x")]
            )
            chunks = [Chunk(row, "text", 1, 0, row, row + 1, *next(passages), 0) for row in range(count)]
            index_chunks(
                connection,
                accession=accession,
                cik=cik,
                form=form,
                period_end=year_end,
                known_at=KNOWN_AT,
                index_version=1,
                section_ids=sections,
                chunks=chunks,
                embeddings=_unit(centres[rng.integers(CLUSTERS, size=count)] + rng.normal(size=(count, DIMENSIONS))),
            )


def _passages(texts: Texts, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    """Yield every passage once, then first halves joined to second halves of others, without end."""
    yield from texts.passages
    while True:
        for context, text in texts.passages:
            other = texts.passages[int(rng.integers(len(texts.passages)))][1]
            yield context, text[: len(text) // 2] + other[len(other) // 2 :]


def _short_queries(texts: Texts, rng: np.random.Generator) -> list[str]:
    chosen = []
    for _ in range(QUERIES):
        words = texts.passages[int(rng.integers(len(texts.passages)))][1].split()
        start = int(rng.integers(max(1, len(words) - SHORT_QUERY_WORDS)))
        chosen.append(" ".join(words[start : start + SHORT_QUERY_WORDS]))
    return chosen


def _real_texts(embedder: Embedder) -> Texts:
    passages = []
    for filing in load_filings(DATA):
        company = CompanyName(None, filing.company)
        chunks = chunk_filing(filing.header, company, [filing.document], (), (), count_tokens=embedder.count_tokens)
        passages += [(chunk.context, chunk.text) for chunk in chunks]
    return Texts(passages, [question["question"] for question in load_questions(DATA)], are_real=True)


def _drawn_texts() -> Texts:
    """Draw words with the frequencies of a language (Zipf), for machines without the data."""
    rng = np.random.default_rng(3)
    chance = 1 / np.arange(1, 30_001)
    words = np.array([f"w{number}q" for number in range(30_000)])

    def draw(length: int) -> str:
        return " ".join(rng.choice(words, size=length, p=chance / chance.sum()))

    passages = [("EXMP Example Corp 10-K", draw(int(rng.integers(40, 180)))) for _ in range(5_000)]
    return Texts(passages, [draw(20) for _ in range(QUERIES)], are_real=False)


def _time_ten_k(embedder: Embedder) -> dict[str, float | int]:
    """Chunk, embed and index one 10-K on one thread, as the knowledge stage does it (its batches of 64)."""
    header, document = _ten_k()
    with evaluation_server() as server, filings_connection(server) as connection:
        sections = store_filing(
            connection,
            accession=header.accession,
            sections=[(section.section_key, section.title, section.text) for section in document.sections],
        )
        began = time.monotonic()
        company = CompanyName("EXMP", "Example Corporation")
        chunks = chunk_filing(header, company, [document], (), (), count_tokens=embedder.count_tokens)
        chunked = time.monotonic()
        embed_seconds = 0.0
        for start in range(0, len(chunks), BATCH_TEXTS):
            batch = chunks[start : start + BATCH_TEXTS]
            before = time.monotonic()
            vectors = embedder.embed([embedded_text(chunk) for chunk in batch])
            embed_seconds += time.monotonic() - before
            with connection.transaction():
                index_chunks(
                    connection,
                    accession=header.accession,
                    cik=1,
                    form="10-K",
                    period_end=header.report_date,
                    known_at=KNOWN_AT,
                    index_version=1,
                    section_ids=sections,
                    chunks=batch,
                    embeddings=vectors,
                )
        ended = time.monotonic()
    return {
        "ten_k_chunks": len(chunks),
        "ten_k_index_seconds": round(ended - began, 2),
        "ten_k_chunking_seconds": round(chunked - began, 2),
        "ten_k_embedding_seconds": round(embed_seconds, 2),
    }


def _ten_k() -> tuple[FilingHeader, FilingDocument]:
    path = DATA / TEN_K
    if path.is_file():
        found = normalize(gzip.decompress(path.read_bytes()), filename="10-k.htm")
        sections = split_sections(found, form="10-K", document_type="10-K")
        document = FilingDocument(1, "10-K", "10-k.htm", found.text, sections, found.tables)
    else:
        text = "\n".join(f"{passage}." for _, passage in _drawn_texts().passages[:700])
        document = FilingDocument(1, "10-K", "10-k.htm", text, (Section("body", 0, "", 0, len(text), text),))
    day = date(2024, 9, 28)
    return FilingHeader(accession_number(1), 1, "10-K", (), date(2024, 11, 1), day, None, "10-k.htm"), document


def _unit(drawn: NDArray[np.float64]) -> Vectors:
    unit: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return unit


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    print(json.dumps(run(parser.parse_args().sizes), separators=(",", ":")))
