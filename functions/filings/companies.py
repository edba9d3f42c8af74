"""Look companies up by ticker, CIK or name.
Route: GET /v1/filings/companies · Reads: filings.companies · Fails: malformed-request"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query

from auspex.core.database import connect
from auspex.filings.company_lookup import look_up_companies
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="filings:read")


class CompanyOut(Representation):
    """A company and how the text names it: `exact` by ticker or CIK, `alias` by name, `prefix` by a beginning."""

    cik: int
    ticker: str | None
    tickers: list[str]
    name: str
    exchange: str | None
    sic: str | None
    fiscal_year_end: str | None
    match: Literal["exact", "alias", "prefix"]


@api.get("/v1/filings/companies", page_of=CompanyOut)
async def list_companies(
    _: Caller,
    q: Annotated[
        str, Query(min_length=1, max_length=100, pattern=r"\S", description="Ticker, CIK or name", examples=["apple"])
    ],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[CompanyOut]:
    """List companies that a text names, the best match first."""
    found = look_up_companies(connect(), q, limit=limit, cursor=cursor)
    return Page(rows=[CompanyOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
