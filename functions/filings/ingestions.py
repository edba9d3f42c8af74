"""Ingest filings by ticker or accession, as one job.
Route: POST, GET /v1/filings/ingestions · Reads: filings.companies, filings · Writes: platform.jobs
Sends: ScanCompany, FetchFiling · Fails: unknown-ticker,
accession-of-another-company, validation-failed, idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import FORMS_NAMED_MAX, INGESTION_ITEMS_MAX, INGESTION_PER_TICKER_MAX
from auspex.filings.create_ingestion import AccessionRequest, IngestionCommand, TickerRequest, create_ingestion
from auspex.filings.messages import UNIT_KIND
from auspex.filings.prices import INGESTION_PRICE
from auspex.filings.representations import Accession, Cik, Form, Ticker
from auspex.platform.endpoint import CallCharge, Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.jobs import list_jobs, read_job
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Request
from auspex.platform.representations import JobOut

api = endpoint(__name__, scope="filings:write")


class TickerItem(Request):
    """The newest filings of one ticker."""

    ticker: Ticker
    limit: Annotated[int, Field(ge=1, le=INGESTION_PER_TICKER_MAX)] = 1


class AccessionItem(Request):
    """One filing by accession number; cik or ticker may be left out when it is stored already."""

    accession: Accession
    cik: Cik | None = None
    ticker: Ticker | None = None


class CreateIngestion(Request):
    """What to ingest: tickers or accessions, not both empty.

    `enrich` has a provider summarise each new filing for 4 tokens more; they come back where nothing of it is proven.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tickers": [{"ticker": "AAPL", "limit": 1}], "forms": ["10-K"]}]}
    )

    tickers: Annotated[list[TickerItem], Field(default_factory=list, max_length=INGESTION_ITEMS_MAX)]
    accessions: Annotated[list[AccessionItem], Field(default_factory=list, max_length=INGESTION_ITEMS_MAX)]
    forms: Annotated[list[Form], Field(default_factory=list, max_length=FORMS_NAMED_MAX)]
    enrich: bool = False

    @model_validator(mode="after")
    def name_something(self) -> Self:
        """Refuse an empty request, and one that names a ticker or accession twice."""
        if not self.tickers and not self.accessions:
            raise ValueError("name at least one ticker or accession")
        for names in ([i.ticker for i in self.tickers], [i.accession for i in self.accessions]):
            if len(set(names)) < len(names):
                raise ValueError("a ticker or accession stands twice")
        return self


@api.post("/v1/filings/ingestions", status_code=202, response_model=JobOut, price=INGESTION_PRICE)
async def create_filing_ingestion(
    body: CreateIngestion, caller: Caller, cause: RequestCause, charge: CallCharge, idempotency_key: IdempotencyKey
) -> JobOut:
    """Start a job that fetches, analyses and indexes filings."""
    command = IngestionCommand(
        account_id=caller.account_id,
        tickers=tuple(TickerRequest(item.ticker, item.limit) for item in body.tickers),
        accessions=tuple(AccessionRequest(item.accession, item.cik, item.ticker) for item in body.accessions),
        forms=tuple(body.forms),
        request=body.model_dump(mode="json"),
        idempotency_key=idempotency_key,
        enrich=body.enrich,
    )
    with transaction() as connection:
        job = create_ingestion(connection, clock=current_clock(), command=command, cause=cause)
    charge.note_balance(job.balance)
    return JobOut.of(read_job(connect(), account_id=caller.account_id, job_id=job.job_id))


@api.get("/v1/filings/ingestions", scope="filings:read", page_of=JobOut)
async def list_filing_ingestions(
    caller: Caller,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[JobOut]:
    """List this account's ingestion jobs, newest first."""
    found = list_jobs(connect(), account_id=caller.account_id, kind=UNIT_KIND, limit=limit, cursor=cursor)
    return Page(rows=[JobOut.of(view) for view in found.jobs], next_cursor=found.next_cursor)


handler = api.handler
