"""What `filings` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypedDict

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


class Kpi(Model):
    """A figure with its period, basis, origin and quote; `change_*` stand only when a comparison is asked for."""

    accession: str
    basis: Literal["gaap", "non_gaap"] | str
    change_abs: Decimal | None
    change_pct: Decimal | None
    change_reason: str | None
    char_end: int | None
    char_start: int | None
    cik: int
    conflict: bool
    derivation: dict[str, Any] | None
    document: str | None
    fiscal_period: str | None
    form: str
    known_at: dt.datetime
    kpi_id: str
    label: str
    method: Literal["xbrl", "table", "text_table", "derived", "llm"] | str
    metric: str
    period_end: dt.date
    period_start: dt.date | None
    period_type: Literal["quarter", "half", "nine_months", "year", "instant", "other"] | str
    preliminary: bool
    previous_period_end: dt.date | None
    previous_value: Decimal | None
    quote: str | None
    scale_shown: int
    section_key: str | None
    source_url: str | None
    superseded: bool
    unit: str
    value: Decimal


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
