"""List a company's figures as known at a time, as JSON or CSV.
Route: GET /v1/filings/kpis · Reads: filings.kpis · Fails: unknown-ticker, validation-failed, malformed-request"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.filings.company_reads import load_company
from auspex.filings.kpi_csv import prefers_csv
from auspex.filings.kpi_reads import KpiQuery, export_kpis, list_kpis
from auspex.filings.prices import KPI_PRICE
from auspex.filings.representations import CompanyName
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="filings:read")
PeriodTypeName = Literal["quarter", "half", "nine_months", "year", "instant", "other"]
BasisName = Literal["gaap", "non_gaap"]
CSV_REPLY = {"responses": {"200": {"content": {"text/csv": {"schema": {"type": "string"}}}}}}


class KpiOut(Representation):
    """A figure with its period, basis, origin and quote; `change_*` stand only when a comparison is asked for."""

    kpi_id: str
    accession: str
    form: str
    cik: int
    metric: str
    label: str
    value: Decimal
    unit: str
    scale_shown: int
    period_start: date | None
    period_end: date
    period_type: PeriodTypeName
    fiscal_period: str | None
    basis: BasisName
    method: Literal["xbrl", "table", "text_table", "derived", "llm"]
    derivation: dict[str, Any] | None
    quote: str | None
    section_key: str | None
    document: str | None
    source_url: str | None
    char_start: int | None
    char_end: int | None
    preliminary: bool
    conflict: bool
    superseded: bool
    known_at: datetime
    previous_value: Decimal | None
    previous_period_end: date | None
    change_abs: Decimal | None
    change_pct: Decimal | None
    change_reason: str | None


async def _query(
    *,
    ticker: Annotated[CompanyName, Query(description="Ticker or CIK", examples=["AAPL"])],
    metric: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,49}$", examples=["revenue"])] = None,
    period_type: Annotated[PeriodTypeName | None, Query()] = None,
    basis: Annotated[BasisName | None, Query()] = None,
    as_of: Annotated[AwareDatetime | None, Query(description="Only what was known then; RFC 3339")] = None,
    compare: Annotated[Literal["prior_quarter", "prior_year"] | None, Query()] = None,
    include_superseded: Annotated[bool, Query()] = False,
) -> KpiQuery:
    company = load_company(connect(), ticker, pointer="/ticker")
    return KpiQuery(
        cik=company.cik, metric=metric, period_type=period_type, basis=basis, as_of=as_of, compare=compare,
        include_superseded=include_superseded,
    )  # fmt: skip


async def _as_csv(request: Request) -> bool:
    return prefers_csv(request.headers.get("accept", ""))


@api.get("/v1/filings/kpis", page_of=KpiOut, price=KPI_PRICE, openapi_extra=CSV_REPLY)
async def list_company_kpis(
    _: Caller,
    query: Annotated[KpiQuery, Depends(_query)],
    as_csv: Annotated[bool, Depends(_as_csv)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[KpiOut] | Response:
    """List figures of a company, newest period first, with their quotes and, on request, their change.

    With `Accept: text/csv` all of them at once, whatever `limit` and `cursor` say, for one token.
    """
    now = current_clock().now()
    if as_csv:
        return Response(export_kpis(connect(), query, now=now), media_type="text/csv", headers={"vary": "Accept"})
    found = list_kpis(connect(), query, now=now, limit=limit, cursor=cursor)
    return Page(rows=[KpiOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
