"""What `filings.guidance` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Literal

from auspex_client.model import Model


class Expectation(Model):
    """Our own 80 % interval for the next figure; its prediction lies in the scorebook."""

    baseline: Decimal | None
    expectation_id: str
    fiscal_period: str
    issued_at: dt.datetime
    method: Literal["guidance_surprises", "yearly_growth", "yearly_difference"] | str
    period_end: dt.date
    period_type: str
    prediction_id: str | None
    q10: Decimal
    q50: Decimal
    q90: Decimal
    unit: str


class ExpectationRecord(Model):
    """How many earlier expectations held the figure inside their interval."""

    coverage_80: float | None
    inside: int
    n: int


class GuidanceCitation(Model):
    """Where a statement stands, to the character."""

    accession: str
    char_end: int
    char_start: int
    document: str
    form: str
    quote: str
    section_key: str
    source_url: str
    text_sha256: str


class Record(Model):
    """How this company's guidance of this metric came out; of each period the last statement before the figure."""

    beat: int
    in_range: int
    mean_surprise: Decimal | None
    miss: int
    n: int


class Restated(Model):
    """How a statement would have come out by the first restatement of its figure."""

    actual: Decimal
    kpi_id: str
    position: Literal["above", "within", "below"] | str
    surprise: Decimal | None
    verdict: Literal["beat", "in_range", "miss"] | str | None


class Guidance(Model):
    """A statement, what it did to the one before it, and how it came out."""

    accession: str
    action: Literal["initiate", "reaffirm", "raise", "cut", "narrow", "widen", "withdraw"] | str
    actual: Decimal | None
    actual_accession: str | None
    basis: Literal["gaap", "non_gaap"] | str
    cik: int
    citation: GuidanceCitation
    expectation: Expectation | None
    expectation_record: ExpectationRecord | None
    fiscal_period: str
    guidance_id: str
    high: Decimal | None
    known_at: dt.datetime
    kpi_id: str | None
    low: Decimal | None
    method: Literal["rule", "llm"] | str
    metric: str
    outcome: Literal["open", "beat", "in_range", "miss", "unjudged", "not_scored"] | str
    period_end: dt.date | None
    period_type: Literal["quarter", "half", "nine_months", "year", "instant", "other"] | str
    position: Literal["above", "within", "below"] | str | None
    previous_high: Decimal | None
    previous_id: str | None
    previous_low: Decimal | None
    record: Record
    resolved_at: dt.datetime | None
    restated: Restated | None
    sample: bool
    shape: Literal["range", "point", "at_least", "at_most", "qualitative", "withdrawn"] | str
    superseded: bool
    surprise: Decimal | None
    tolerance: Decimal | None
    unit: str | None
