"""List what a company promised and how it came out.
Route: GET /v1/filings/guidance · Reads: filings.guidance, guidance_outcomes, expectations
Fails: unknown-ticker, validation-failed, malformed-request"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import AwareDatetime

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.filings.company_reads import load_company
from auspex.filings.guidance_reads import GuidanceQuery, list_guidance
from auspex.filings.representations import CompanyName
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="filings:read")
BasisName = Literal["gaap", "non_gaap"]
OutcomeName = Literal["open", "beat", "in_range", "miss", "unjudged", "not_scored"]
PositionName = Literal["above", "within", "below"]


class GuidanceCitationOut(Representation):
    """Where a statement stands, to the character."""

    accession: str
    form: str
    section_key: str
    document: str
    char_start: int
    char_end: int
    quote: str
    text_sha256: str
    source_url: str


class RestatedOut(Representation):
    """How a statement would have come out by the first restatement of its figure."""

    actual: Decimal
    position: PositionName
    verdict: Literal["beat", "in_range", "miss"] | None
    surprise: Decimal | None
    kpi_id: str


class RecordOut(Representation):
    """How this company's guidance of this metric came out; of each period the last statement before the figure."""

    n: int
    beat: int
    in_range: int
    miss: int
    mean_surprise: Decimal | None


class ExpectationOut(Representation):
    """Our own 80 % interval for the next figure; its prediction lies in the scorebook."""

    expectation_id: str
    period_type: str
    fiscal_period: str
    period_end: date
    unit: str
    q10: Decimal
    q50: Decimal
    q90: Decimal
    baseline: Decimal | None
    method: Literal["guidance_surprises", "yearly_growth", "yearly_difference"]
    issued_at: datetime
    prediction_id: str | None


class ExpectationRecordOut(Representation):
    """How many earlier expectations held the figure inside their interval."""

    n: int
    inside: int
    coverage_80: float | None


class GuidanceOut(Representation):
    """A statement, what it did to the one before it, and how it came out."""

    guidance_id: str
    accession: str
    cik: int
    sample: bool
    metric: str
    basis: BasisName
    period_type: Literal["quarter", "half", "nine_months", "year", "instant", "other"]
    period_end: date | None
    fiscal_period: str
    shape: Literal["range", "point", "at_least", "at_most", "qualitative", "withdrawn"]
    low: Decimal | None
    high: Decimal | None
    unit: str | None
    tolerance: Decimal | None
    action: Literal["initiate", "reaffirm", "raise", "cut", "narrow", "widen", "withdraw"]
    previous_id: str | None
    previous_low: Decimal | None
    previous_high: Decimal | None
    superseded: bool
    method: Literal["rule", "llm"]
    known_at: datetime
    outcome: OutcomeName
    actual: Decimal | None
    position: PositionName | None
    surprise: Decimal | None
    kpi_id: str | None
    actual_accession: str | None
    resolved_at: datetime | None
    restated: RestatedOut | None
    citation: GuidanceCitationOut
    record: RecordOut
    expectation: ExpectationOut | None
    expectation_record: ExpectationRecordOut | None


async def _query(
    *,
    ticker: Annotated[CompanyName, Query(description="Ticker or CIK", examples=["AAPL"])],
    metric: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,49}$", examples=["revenue"])] = None,
    basis: Annotated[BasisName | None, Query()] = None,
    outcome: Annotated[OutcomeName | None, Query(description="`open` is not yet known, `not_scored` never")] = None,
    as_of: Annotated[AwareDatetime | None, Query(description="Only what was known then; RFC 3339")] = None,
) -> GuidanceQuery:
    company = load_company(connect(), ticker, pointer="/ticker")
    return GuidanceQuery(cik=company.cik, metric=metric, basis=basis, outcome=outcome, as_of=as_of)


@api.get("/v1/filings/guidance", page_of=GuidanceOut)
async def list_company_guidance(
    _: Caller,
    query: Annotated[GuidanceQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[GuidanceOut]:
    """List a company's guidance, newest first, with outcome, record and our own expectation of the next figure."""
    found = list_guidance(connect(), query, now=current_clock().now(), limit=limit, cursor=cursor)
    return Page(rows=[GuidanceOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
