"""What `filings` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, NotRequired, TypedDict

from auspex_client.model import Model


class AccessionItem(TypedDict):
    """One filing by accession number; cik or ticker may be left out when it is stored already."""

    accession: str
    cik: NotRequired[int | None]
    ticker: NotRequired[str | None]


class Hit(Model):
    """A chunk found, with its place and what each leg thought of it."""

    accession: str
    chunk_id: int
    cosine: float | None
    end: int
    form: str
    kind: str
    known_at: dt.datetime
    lexical_rank: int | None
    lexical_score: float | None
    period_end: dt.date | None
    rrf: float
    section_key: str
    start: int
    text: str
    vector_rank: int | None


class Search(Model):
    """Hits, best first; `filter_size` counts chunks that pass the filters up to 5,000, 5,001 means more."""

    filter_size: int
    hits: list[Hit]


class TickerItem(TypedDict):
    """The newest filings of one ticker."""

    limit: NotRequired[int]
    ticker: str


class Verification(Model):
    """Whether the quote is the stored text, byte for byte; else why not, and what really stands there."""

    actual_text: str | None
    reason: Literal["text_changed", "quote_differs"] | str | None
    valid: bool


class Weights(TypedDict):
    """How much each leg counts in the fusion."""

    lexical: NotRequired[float]
    vector: NotRequired[float]
