"""Show jobs to their owner; cancel one, or have its missing units done again.
Route: GET /v1/jobs[/{job_id}] · POST /v1/jobs/{job_id}/cancel · POST /v1/jobs/{job_id}/redrive
Reads, writes: platform.jobs, job_units, job_events · Sends: what missing units begin with
Fails: not-found, job-finished, job-not-redrivable"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.platform.endpoint import ANY_SCOPE, CallCharge, Caller, RequestCause, endpoint
from auspex.platform.job_control import cancel_job, redrive_job
from auspex.platform.jobs import list_jobs, read_job
from auspex.platform.ledger_reads import read_balance
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit
from auspex.platform.representations import JobId, JobKind, JobOut, JobStatus

ROUTE = "/v1/jobs"
JobPath = Annotated[JobId, Path()]

api = endpoint(__name__, scope=ANY_SCOPE)


@api.get(ROUTE, page_of=JobOut)
async def list_own_jobs(
    caller: Caller,
    kind: Annotated[JobKind | None, Query()] = None,
    status: Annotated[JobStatus | None, Query()] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[JobOut]:
    """List this account's jobs of every product, newest first."""
    found = list_jobs(
        connect(), account_id=caller.account_id, kind=kind, status=status, limit=limit, cursor=cursor
    )  # fmt: skip
    return Page(rows=[JobOut.of(view) for view in found.jobs], next_cursor=found.next_cursor)


@api.get(ROUTE + "/{job_id}", response_model=JobOut)
async def show_job(job_id: JobPath, caller: Caller) -> JobOut:
    """Show state, progress, units and timeline of a job."""
    return JobOut.of(read_job(connect(), account_id=caller.account_id, job_id=job_id))


@api.post(ROUTE + "/{job_id}/cancel", status_code=202, response_model=JobOut)
async def cancel_own_job(job_id: JobPath, caller: Caller, charge: CallCharge) -> JobOut:
    """Cancel a live job: its open units are released, what is done stays, no further step begins for it alone.

    Needs `<product>:write` of the job's product.
    """
    at = current_clock().now()
    with transaction() as connection:
        cancel_job(connection, caller=caller, job_id=job_id, at=at)
        charge.note_balance(read_balance(connection, account_id=caller.account_id, at=at).available)
    return JobOut.of(read_job(connect(), account_id=caller.account_id, job_id=job_id))


@api.post(ROUTE + "/{job_id}/redrive", status_code=202, response_model=JobOut)
async def redrive_own_job(job_id: JobPath, caller: Caller, cause: RequestCause, charge: CallCharge) -> JobOut:
    """Do the failed and released units of a job again, and only those; a second call changes nothing.

    Needs `<product>:write` of the job's product.
    """
    at = current_clock().now()
    with transaction() as connection:
        redrive_job(connection, caller=caller, job_id=job_id, cause=cause, at=at)
        charge.note_balance(read_balance(connection, account_id=caller.account_id, at=at).available)
    return JobOut.of(read_job(connect(), account_id=caller.account_id, job_id=job_id))


handler = api.handler
