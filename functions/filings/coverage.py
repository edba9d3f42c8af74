"""Show what is stored of each company, how late it came, and what is missing.
Route: GET /v1/filings/coverage · Reads: filings.filings, index_entries, sightings
Fails: unknown-ticker, malformed-request"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import Depends, Query

from auspex.core.database import connect
from auspex.filings.company_reads import load_company
from auspex.filings.coverage_reads import CoverageQuery, list_coverage
from auspex.filings.representations import CompanyName
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="filings:read")


class ByStatus(Representation):
    """Filings by where they stand; `skipped` are of forms that are not read unless somebody asks."""

    detected: int
    fetched: int
    analyzed: int
    indexed: int
    skipped: int
    dead_letter: int


class AgainstIndex(Representation):
    """EDGAR's daily index: filings it listed, those that it alone brought, those of read forms not fetched yet."""

    listed: int
    found_late: int
    missing: int
    missing_accessions: list[str]


class LagOut(Representation):
    """Seconds from acceptance, of filings that the watch came upon; null without any."""

    p50: float | None
    p95: float | None

    @classmethod
    def of(cls, shares: list[float | None] | None) -> Self:
        """Take the two quantiles as Postgres returns them."""
        p50, p95 = shares or (None, None)
        return cls(p50=None if p50 is None else round(p50, 1), p95=None if p95 is None else round(p95, 1))


class LagsOut(Representation):
    """How late filings were detected, analysed and indexed."""

    detect_s: LagOut
    analyze_s: LagOut
    index_s: LagOut


class CoverageOut(Representation):
    """One company's coverage."""

    cik: int
    ticker: str | None
    name: str
    filings: int
    by_status: ByStatus
    newest_indexed: date | None
    last_scan_at: datetime | None
    index: AgainstIndex
    lags: LagsOut

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """Take a row of the store."""
        lags = {name: LagOut.of(row[name]) for name in LagsOut.model_fields}
        return cls.model_validate(
            row | {
                "filings": row["seen"], "by_status": row, "lags": lags,
                "index": row,
            }
        )  # fmt: skip


async def _query(
    *,
    caller: Caller,
    ticker: Annotated[CompanyName | None, Query(description="Ticker or CIK", examples=["AAPL"])] = None,
    watched_only: Annotated[bool, Query(description="Companies on this account's watchlist")] = False,
    since: Annotated[date | None, Query(description="Filings filed on this day or later")] = None,
) -> CoverageQuery:
    company = load_company(connect(), ticker, pointer="/ticker") if ticker else None
    return CoverageQuery(
        cik=company.cik if company else None, watcher=caller.account_id if watched_only else None, since=since
    )


@api.get("/v1/filings/coverage", page_of=CoverageOut)
async def list_filings_coverage(
    query: Annotated[CoverageQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[CoverageOut]:
    """List companies by CIK with what is stored of them, how late, and what is missing."""
    found = list_coverage(connect(), query, limit=limit, cursor=cursor)
    return Page(rows=[CoverageOut.of(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
