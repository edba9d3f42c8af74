"""Search filings for a caller: names become filters, the query is embedded, the index answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from auspex.core.clock import Clock
from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.problems import ValidationFailed, pointer_error
from auspex.filings.company_reads import load_companies
from auspex.filings.index.search_chunks import SearchFilter, SearchResult, SearchWeights, search_chunks

SQL = load_sql(Path(__file__).with_suffix(".sql"))
MODEL_VERSION = "bm25-1+minilm-l6-v2-int8+rrf-60"


class TextEmbedder(Protocol):
    """Turns texts into unit vectors of shape (n, 384)."""

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Return one row per text."""
        ...


@dataclass(frozen=True, slots=True)
class SearchCommand:
    """A caller's search."""

    query: str
    tickers: tuple[str, ...]
    forms: tuple[str, ...]
    period_from: date | None
    period_to: date | None
    as_of: datetime | None
    kinds: tuple[str, ...]
    include_superseded: bool
    top_k: int
    candidates: int
    lexical_weight: float
    vector_weight: float


def search_filings(
    connection: Connection, *, clock: Clock, embedder: TextEmbedder, command: SearchCommand
) -> SearchResult:
    """Return the best chunks. Raises UnknownTicker, and ValidationFailed when both legs weigh nothing."""
    if command.lexical_weight == 0 and command.vector_weight == 0:
        message = "at least one leg must weigh more than 0"
        raise ValidationFailed(detail=message, errors=[pointer_error("/weights", message)])
    companies = load_companies(connection, command.tickers, pointer="/tickers") if command.tickers else ()
    return search_chunks(
        connection,
        terms=[(command.query, 1.0)],
        embedding=embedder.embed([command.query])[0],
        filter=SearchFilter(
            as_of=command.as_of or clock.now(),
            ciks=tuple(company.cik for company in companies) or None,
            forms=command.forms or None,
            kinds=command.kinds or None,
            period_from=command.period_from,
            period_to=command.period_to,
            include_superseded=command.include_superseded,
        ),
        top_k=command.top_k,
        candidates=max(command.candidates, command.top_k),
        weights=SearchWeights(lexical=command.lexical_weight, vector=command.vector_weight),
    )


def read_index_version(connection: Connection) -> str:
    """Return what changes whenever a filing enters or leaves the index."""
    row = fetch_one(connection, SQL["read_index_version"], {})
    return "" if row is None else f"{row['n']}-{row['sum_dl']}"
