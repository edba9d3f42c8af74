"""Accept a backfill: the newest filings of many companies, as one job over messages of a few companies each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection
from auspex.core.limits import BACKFILL_COMPANIES_PER_MESSAGE
from auspex.core.messages import Cause, wrap
from auspex.filings.create_ingestion import resolve_tickers
from auspex.filings.messages import UNIT_KIND, BackfillCompanies, backfill_unit
from auspex.filings.prices import filing_price
from auspex.platform.jobs import CreatedJob, NewJob, create_job, note_unit_starts

JOB_KIND = "filings.backfill"
ROUTE = "POST /v1/filings/backfills"


@dataclass(frozen=True, slots=True)
class BackfillCommand:
    """What a caller asks for: of each company the newest `limit` filings of the forms filed from `since` to `until`."""

    account_id: str
    tickers: tuple[str, ...]
    forms: tuple[str, ...]
    limit: int
    since: date | None
    until: date | None
    include_existing: bool
    enrich: bool
    request: dict[str, Any]
    idempotency_key: str | None = None


def create_backfill(connection: Connection, *, clock: Clock, command: BackfillCommand, cause: Cause) -> CreatedJob:
    """Create the job, reserve the upper bound of its price, and send its messages, in the caller's transaction.

    Raises UnknownTicker that points at every unknown one, BalanceTooSmall.
    """
    at = clock.now()
    by_ticker = resolve_tickers(connection, [(f"/tickers/{n}", ticker) for n, ticker in enumerate(command.tickers)])
    ciks = sorted(set(by_ticker.values()))
    groups = [
        backfill_of(ciks[first : first + BACKFILL_COMPANIES_PER_MESSAGE], command)
        for first in range(0, len(ciks), BACKFILL_COMPANIES_PER_MESSAGE)
    ]
    price = sum(filing_price(enrich=command.enrich).values())
    job = create_job(
        connection,
        NewJob(account_id=command.account_id, kind=JOB_KIND, unit_kind=UNIT_KIND, route=ROUTE, request=command.request,
               units=[group.unit_key for group in groups], idempotency_key=command.idempotency_key,
               quote=price * command.limit * len(ciks)),
        cause=cause, at=at,
    )  # fmt: skip
    if not job.created:
        return job
    cause = cause.model_copy(update={"job_id": job.job_id})
    note_unit_starts(connection, job_id=job.job_id, starts=groups)
    for group in groups:
        key = f"backfill:{job.job_id}:{group.unit_key}"
        outbox.enqueue(connection, wrap(group, dedup_key=key, cause=cause), at=at)
    return job


def backfill_of(ciks: Sequence[int], command: BackfillCommand) -> BackfillCompanies:
    """Return the message that lists some companies."""
    return BackfillCompanies(
        ciks=list(ciks), forms=list(command.forms), limit=command.limit, since=command.since, until=command.until,
        include_existing=command.include_existing, enrich=command.enrich, unit_kind=UNIT_KIND,
        unit_key=backfill_unit(ciks),
    )  # fmt: skip
