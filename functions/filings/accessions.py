"""List filings and show one.
Route: GET /v1/filings/accessions, /v1/filings/accessions/{accession} · Reads: filings.filings, documents, events
Fails: not-found, malformed-request"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query

from auspex.core.database import connect
from auspex.filings.filing_reads import FilingQuery, list_filings, read_filing
from auspex.filings.filing_representations import DocumentOut, EnrichmentOut, EventOut, FilingCostOut, Lags
from auspex.filings.representations import Accession, Cik, Form, Ticker
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="filings:read")
Status = Literal["detected", "fetched", "analyzed", "indexed", "skipped", "dead_letter"]


class FilingOut(Representation):
    """A filing in a list."""

    accession: str
    cik: int
    ticker: str | None
    form: str
    items: list[str]
    filing_date: date
    report_date: date | None
    accepted_at: datetime | None
    status: Status
    is_amendment: bool
    amends: str | None
    dead_letter_reason: str | None
    sample: bool


class FilingDetailOut(FilingOut):
    """A filing with its documents, summary and history."""

    company: str
    amended_by: list[str]
    documents: list[DocumentOut]
    summary: list[dict[str, Any]]
    enrichment: EnrichmentOut | None
    kpi_count: int
    guidance_count: int
    flags: list[str]
    events: list[EventOut]
    lags: Lags
    cost: FilingCostOut


async def _query(
    *,
    caller: Caller,
    ticker: Annotated[Ticker | None, Query()] = None,
    cik: Annotated[Cik | None, Query()] = None,
    form: Annotated[Form | None, Query()] = None,
    item: Annotated[str | None, Query(pattern=r"^[0-9]{1,2}(\.[0-9]{2})?$", examples=["2.02"])] = None,
    status: Annotated[Status | None, Query()] = None,
    filed_from: Annotated[date | None, Query()] = None,
    filed_to: Annotated[date | None, Query()] = None,
    watched_only: Annotated[bool, Query(description="Companies on this account's watchlist")] = False,
) -> FilingQuery:
    return FilingQuery(
        cik=cik, ticker=ticker, form=form, item=item, status=status, filed_from=filed_from, filed_to=filed_to,
        watcher=caller.account_id if watched_only else None,
    )  # fmt: skip


@api.get("/v1/filings/accessions", page_of=FilingOut)
async def list_accessions(
    query: Annotated[FilingQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[FilingOut]:
    """List stored filings, newest first."""
    found = list_filings(connect(), query, limit=limit, cursor=cursor)
    return Page(rows=[FilingOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.get("/v1/filings/accessions/{accession}", response_model=FilingDetailOut)
async def show_accession(accession: Accession, _: Caller) -> FilingDetailOut:
    """Show a filing with documents, summary, history, lags and cost."""
    row = read_filing(connect(), accession)
    shown = {"summary": row["bullets"] or [], "lags": Lags.of(row), "cost": FilingCostOut.of(row)}
    return FilingDetailOut.model_validate(row | shown)


handler = api.handler
