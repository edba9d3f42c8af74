"""Only this module searches the index: one statement that filters, ranks by BM25 and by vectors, and fuses both.

Results are exact with respect to the filter: no knowledge after `as_of`, and never fewer rows than the filter holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auspex.core.database import Connection, fetch_all, load_sql
from auspex.filings.index.bm25 import K1, B, searchable_text
from auspex.filings.index.index_store import vector_literal

SQL = load_sql(Path(__file__).with_name("retrieval.sql"))

TOP_DEFAULT = 8
CANDIDATES_DEFAULT = 15
RRF_K = 60


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a chunk must satisfy; None admits everything. Dates are of the filing's period and inclusive."""

    as_of: datetime
    ciks: tuple[int, ...] | None = None
    forms: tuple[str, ...] | None = None
    accessions: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    period_from: date | None = None
    period_to: date | None = None
    include_superseded: bool = False


@dataclass(frozen=True, slots=True)
class SearchWeights:
    """How much each leg counts in the fusion; 0 leaves a leg out."""

    lexical: float = 1.0
    vector: float = 1.0


@dataclass(frozen=True, slots=True)
class SearchEffort:
    """Where the statement changes its way of working; never what it finds.

    `exact_chunks_max`: up to this many chunks pass a filter, every distance is computed, and beyond it they are not
    counted further. `rare_postings_min`: postings of the rarest terms that are read first, to learn which score the
    best chunks reach. `lookup_rows`: rows of a posting list that are read in the time of one lookup by (term, chunk).
    `weak_tf`: up to this many occurrences in a chunk count as weak. `essential_share`, in (0, 1]: how much of the score
    that the best chunks reach the weak postings of the terms that are not essential may come to.
    """

    exact_chunks_max: int = 5_000
    rare_postings_min: int = 1_500
    lookup_rows: int = 7
    weak_tf: int = 3
    essential_share: float = 0.85


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A chunk found. Offsets are code points in the section's text; ranks count from 1, None where a leg lacks it."""

    chunk_id: int
    accession: str
    cik: int
    form: str
    period_end: date | None
    known_at: datetime
    kind: str
    section_id: str
    section_key: str
    start: int
    end: int
    context: str
    text: str
    rrf: float
    lexical_rank: int | None
    lexical_score: float | None
    vector_rank: int | None
    cosine: float | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first. `filter_size` counts the chunks that pass the filter up to 5,000; 5,001 means more."""

    hits: tuple[SearchHit, ...]
    filter_size: int


def search_chunks(
    connection: Connection,
    *,
    terms: Sequence[tuple[str, float]],
    embedding: NDArray[np.float32],
    filter: SearchFilter,  # noqa: A002 - the word of the specification
    top_k: int = TOP_DEFAULT,
    candidates: int = CANDIDATES_DEFAULT,
    weights: SearchWeights = SearchWeights(),
    effort: SearchEffort = SearchEffort(),
) -> SearchResult:
    """Return the best chunks by reciprocal rank fusion: Σ weight / (60 + rank) over the two legs, ties by chunk_id.

    `terms` are texts with weights (a question 1.0, vocabulary less); a lexeme counts once per occurrence, as in BM25.
    `embedding` has shape (384,). Each leg contributes its `candidates` best chunks.
    """
    rows = fetch_all(
        connection,
        SQL["search_chunks"],
        {
            "texts": [searchable_text(text) for text, _ in terms],
            "text_weights": [float(weight) for _, weight in terms],
            "embedding": vector_literal(embedding),
            "top_k": top_k,
            "candidates": candidates,
            "lexical_weight": weights.lexical,
            "vector_weight": weights.vector,
            "k1": K1,
            "b": B,
            "rrf_k": RRF_K,
            "exact_max": effort.exact_chunks_max,
            "rare_df": effort.rare_postings_min,
            "lookup_rows": effort.lookup_rows,
            "weak_tf": effort.weak_tf,
            "essential_share": effort.essential_share,
            **_filter_parameters(filter),
        },
    )
    return SearchResult(
        hits=tuple(_hit(row) for row in rows if row["chunk_id"] is not None), filter_size=rows[0]["filter_size"]
    )


def _filter_parameters(chosen: SearchFilter) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(chosen).items()}


def _hit(row: dict[str, Any]) -> SearchHit:
    values = {name: row[name] for name in SearchHit.__slots__ if name not in {"start", "end"}}
    return SearchHit(**values, start=row["char_start"], end=row["char_end"])
