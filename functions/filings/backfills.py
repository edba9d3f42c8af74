"""Read in the newest filings of many companies, as one job that fans out.
Route: POST, GET /v1/filings/backfills · Reads: filings.companies · Writes: platform.jobs
Sends: BackfillCompanies · Fails: unknown-ticker, balance-too-small, validation-failed, idempotency-key-reused"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import (
    BACKFILL_PER_TICKER_DEFAULT,
    BACKFILL_PER_TICKER_MAX,
    BACKFILL_TICKERS_MAX,
    FORMS_NAMED_MAX,
)
from auspex.filings.create_backfill import JOB_KIND, BackfillCommand, create_backfill
from auspex.filings.prices import BACKFILL_PRICE
from auspex.filings.representations import Form, Ticker
from auspex.platform.endpoint import CallCharge, Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.jobs import list_jobs, read_job
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Request
from auspex.platform.representations import JobOut

api = endpoint(__name__, scope="filings:write")


class CreateBackfill(Request):
    """Of each ticker the newest `per_ticker_limit` filings of the forms (by default those we follow).

    Filings that are indexed already cost nothing; with `include_existing` they are listed among the job's items.
    `enrich` has a provider summarise each new filing for 4 tokens more; they come back where nothing of it is proven.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tickers": ["AAPL"], "forms": ["10-K", "10-Q"], "per_ticker_limit": 2}]}
    )

    tickers: Annotated[list[Ticker], Field(min_length=1, max_length=BACKFILL_TICKERS_MAX)]
    forms: Annotated[list[Form], Field(default_factory=list, max_length=FORMS_NAMED_MAX)]
    per_ticker_limit: Annotated[int, Field(ge=1, le=BACKFILL_PER_TICKER_MAX)] = BACKFILL_PER_TICKER_DEFAULT
    since: Annotated[date | None, Field(description="Earliest filing date")] = None
    until: Annotated[date | None, Field(description="Latest filing date")] = None
    include_existing: bool = False
    enrich: bool = False
    notify: Annotated[bool, Field(description="Tell of the end as `backfill.finished`")] = False

    @model_validator(mode="after")
    def make_sense(self) -> Self:
        """Refuse a ticker that stands twice, and a span that is turned round."""
        if len(set(self.tickers)) < len(self.tickers):
            raise ValueError("a ticker stands twice")
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError("`since` lies after `until`")
        return self


@api.post("/v1/filings/backfills", status_code=202, response_model=JobOut, price=BACKFILL_PRICE)
async def create_filing_backfill(
    body: CreateBackfill, caller: Caller, cause: RequestCause, charge: CallCharge, idempotency_key: IdempotencyKey
) -> JobOut:
    """Start a job that lists companies, and fetches, analyses and indexes what is missing."""
    command = BackfillCommand(
        account_id=caller.account_id,
        tickers=tuple(body.tickers),
        forms=tuple(body.forms),
        limit=body.per_ticker_limit,
        since=body.since,
        until=body.until,
        include_existing=body.include_existing,
        enrich=body.enrich,
        request=body.model_dump(mode="json"),
        idempotency_key=idempotency_key,
    )
    with transaction() as connection:
        job = create_backfill(connection, clock=current_clock(), command=command, cause=cause)
    charge.note_balance(job.balance)
    return JobOut.of(read_job(connect(), account_id=caller.account_id, job_id=job.job_id))


@api.get("/v1/filings/backfills", scope="filings:read", page_of=JobOut)
async def list_filing_backfills(
    caller: Caller,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[JobOut]:
    """List this account's backfills, newest first."""
    found = list_jobs(connect(), account_id=caller.account_id, kind=JOB_KIND, limit=limit, cursor=cursor)
    return Page(rows=[JobOut.of(view) for view in found.jobs], next_cursor=found.next_cursor)


handler = api.handler
