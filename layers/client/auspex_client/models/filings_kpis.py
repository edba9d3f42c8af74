"""What `filings.kpis` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Literal

from auspex_client.model import Model


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
