"""Random filters against exact search, and asks without a provider, on the search benchmark's corpus (FILINGS 11.6).

A filter must return min(k, chunks that pass) rows, and the nearest of them. "Exact" is a plain statement over the
filter that computes every distance; it shares nothing with the statement measured.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from auspex.core.database import Connection
from auspex.filings.answer_question import QueryEmbedder, find_answer
from auspex.filings.index.index_store import vector_literal
from auspex.filings.index.search_chunks import SearchFilter, SearchWeights, search_chunks

VECTOR_ONLY = SearchWeights(lexical=0.0, vector=1.0)
TOP_K = 15
NARROW_FILTERS = 1_000
BROAD_FILTERS = 200
COMPANIES_OF_A_NARROW_FILTER = (1, 3, 9)
COMPANIES_OF_A_BROAD_FILTER = (10, 30, 60)
YEARS = (2015, 2023)
_EXACT = """SELECT chunk_id FROM filings.chunks
WHERE cik = ANY(%(ciks)s) AND (%(forms)s::text[] IS NULL OR form = ANY(%(forms)s::text[]))
  AND (%(first)s::date IS NULL OR period_end BETWEEN %(first)s::date AND %(last)s::date) AND known_at <= %(as_of)s
ORDER BY (embedding <=> %(embedding)s::vector) + 0, chunk_id LIMIT %(k)s"""


@dataclass(frozen=True)
class Filtered:
    """What random filters of one width gave: rows too few, filters as exact as exact search, milliseconds."""

    under_returned: int
    agreeing: float
    selectivity: float
    milliseconds: list[float]


def measure_filters(
    connection: Connection, vectors: NDArray[np.float32], *, companies: int, as_of: datetime, seed: int = 23
) -> dict[str, float | int]:
    """Ask 1,000 filters of about 1 % and 200 broader ones; `vectors` (n, 384) are the queries, taken in turn."""
    rng = np.random.default_rng(seed)
    total = connection.execute("SELECT count(*) AS n FROM filings.chunks").fetchone()
    assert total is not None
    results: dict[str, float | int] = {}
    for name, count, widths in (
        ("narrow", NARROW_FILTERS, COMPANIES_OF_A_NARROW_FILTER),
        ("broad", BROAD_FILTERS, COMPANIES_OF_A_BROAD_FILTER),
    ):
        drawn = [_draw(rng, companies, int(rng.choice(widths)), as_of, narrow=name == "narrow") for _ in range(count)]
        found = _measure(connection, drawn, vectors, total["n"])
        p50, p95 = np.percentile(found.milliseconds, [50, 95])
        results |= {
            f"filter_{name}_n": count, f"filter_{name}_under_returned": found.under_returned,
            f"filter_{name}_agreeing": found.agreeing, f"filter_{name}_selectivity": round(found.selectivity, 4),
            f"filter_{name}_p50_ms": round(float(p50), 2), f"filter_{name}_p95_ms": round(float(p95), 2),
        }  # fmt: skip
    return results


def time_asks(
    connection: Connection, embedder: QueryEmbedder, questions: Sequence[str], *, as_of: datetime
) -> dict[str, float | int]:
    """Answer questions about one company each without a provider, the model warm; milliseconds."""
    embedder.embed(questions[:1])
    ciks = [row["cik"] for row in connection.execute("SELECT DISTINCT cik FROM filings.filings ORDER BY cik")]
    times = []
    for number, question in enumerate(questions):
        began = time.perf_counter()
        find_answer(
            connection, embedder=embedder, question=question, tickers=[str(ciks[number % len(ciks)])], as_of=as_of
        )
        times.append((time.perf_counter() - began) * 1000)
    p50, p95 = np.percentile(times, [50, 95])
    return {"ask_n": len(times), "ask_p50_ms": round(float(p50), 2), "ask_p95_ms": round(float(p95), 2)}


def _draw(rng: np.random.Generator, companies: int, width: int, as_of: datetime, *, narrow: bool) -> SearchFilter:
    """Return a filter by companies; the wider narrow ones are cut down by form and years, so that 1 % remains."""
    ciks = tuple(int(cik) + 1 for cik in rng.choice(companies, size=min(width, companies), replace=False))
    if not narrow or width == 1:
        return SearchFilter(as_of=as_of, ciks=ciks)
    year = int(rng.integers(YEARS[0], YEARS[1] - 1))
    window = (date(year, 1, 1), date(year + 2, 12, 31)) if width > COMPANIES_OF_A_NARROW_FILTER[1] else (None, None)
    form = str(rng.choice(["10-K", "10-Q", "8-K"]))
    return SearchFilter(as_of=as_of, ciks=ciks, forms=(form,), period_from=window[0], period_to=window[1])


def _measure(
    connection: Connection, drawn: Sequence[SearchFilter], vectors: NDArray[np.float32], total: int
) -> Filtered:
    under, agreeing, sizes, times = 0, 0, 0, []
    for number, chosen in enumerate(drawn):
        vector = vectors[number % len(vectors)]
        began = time.perf_counter()
        found = search_chunks(
            connection, terms=[("revenue", 1.0)], embedding=vector, filter=chosen, top_k=TOP_K, candidates=TOP_K,
            weights=VECTOR_ONLY,
        )  # fmt: skip
        times.append((time.perf_counter() - began) * 1000)
        exact = connection.execute(
            _EXACT,
            {
                "ciks": list(chosen.ciks or ()), "forms": list(chosen.forms) if chosen.forms else None,
                "first": chosen.period_from, "last": chosen.period_to, "as_of": chosen.as_of,
                "embedding": vector_literal(vector), "k": TOP_K,
            },
        ).fetchall()  # fmt: skip
        under += len(found.hits) < len(exact)
        agreeing += {hit.chunk_id for hit in found.hits} == {row["chunk_id"] for row in exact}
        sizes += min(found.filter_size, total)
    return Filtered(under, agreeing / len(drawn), sizes / len(drawn) / total, times)
