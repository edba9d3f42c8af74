"""What an owner does to a job: cancel it, or have its missing units done again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core import outbox
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.faults import fault_point
from auspex.core.ids import new_id
from auspex.core.messages import Cause, Envelope
from auspex.core.problems import NotFound, Problem
from auspex.platform.accounts import Authenticated, require_scope
from auspex.platform.ledger import refusals
from auspex.platform.redrive import StoredCommand, expiry_of_redrive, redrive_letter

SQL = load_sql(Path(__file__).with_suffix(".sql"))
ALIVE = frozenset({"queued", "running"})


class JobFinished(Problem):
    """The job has ended already, so that nothing is left to cancel."""

    status, code, title = 409, "job-finished", "The job has ended already"
    remedy = "Read the job; its `status` says how it ended."


class JobNotRedrivable(Problem):
    """The job's missing units cannot be begun again: it was cancelled, or nothing is kept to begin them with."""

    status, code, title = 409, "job-not-redrivable", "The job cannot be redriven"
    remedy = "Create a new job for what is missing."


def cancel_job(connection: Connection, *, caller: Authenticated, job_id: str, at: datetime) -> None:
    """Cancel a live job and release its open units; stages stop before their next step.

    Raises NotFound, ScopeMissing without write rights on the job's product, JobFinished when it has ended.
    """
    _may_change(connection, caller, job_id)
    row = fetch_one(connection, SQL["cancel_job"], {"account_id": caller.account_id, "job_id": job_id, "at": at})
    fault_point("job.cancelled")
    if row is None or row["was"] not in ALIVE:
        raise JobFinished(detail=f"The job {job_id} has ended: {row['was'] if row else 'unknown'}.")


def redrive_job(connection: Connection, *, caller: Authenticated, job_id: str, cause: Cause, at: datetime) -> None:
    """Do the failed and released units of a job again; one without any is left as it is, so that a retry is harmless.

    A unit whose message died goes on where it died, any other begins anew. Locks filings before jobs, as stages do.
    Their price is reserved again. Raises NotFound, ScopeMissing, JobNotRedrivable, BalanceTooSmall.
    """
    if _may_change(connection, caller, job_id) == "cancelled":
        raise JobNotRedrivable(detail=f"The job {job_id} was cancelled.")
    missing = fetch_all(connection, SQL["missing_units"], {"job_id": job_id})
    cause = cause.model_copy(update={"job_id": job_id, "account_id": caller.account_id})
    revived = {unit["unit_key"] for unit in missing if _revive(connection, unit, cause, at)}
    job = fetch_one(connection, SQL["lock_job"], {"job_id": job_id})
    assert job is not None
    still_missing = fetch_all(connection, SQL["missing_units"], {"job_id": job_id})  # a twin may have been first
    if not still_missing:
        return
    begun = [unit for unit in still_missing if unit["unit_key"] not in revived and unit["start"] is not None]
    units = [*revived, *(unit["unit_key"] for unit in begun)]
    if job["status"] == "cancelled" or not units:
        raise JobNotRedrivable(detail=f"Nothing is kept that the missing units of {job_id} could be begun with.")
    for unit in begun:
        key = f"redrive:{job_id}:{job['attempts'] + 1}:{unit['unit_key']}"
        outbox.enqueue(connection, _start(unit["start"], key, cause), at=at, queue=unit["start"]["queue"])
    connection.execute(
        SQL["reopen_units"], {"job_id": job_id, "units": units, "at": at, "expires_at": expiry_of_redrive(at)}
    )
    with refusals():
        connection.execute(
            SQL["reserve_again"], {"job_id": job_id, "units": units, "request_id": cause.request_id, "at": at}
        )
    fault_point("job.redriven")


def _may_change(connection: Connection, caller: Authenticated, job_id: str) -> str:
    """Return the job's status. Raises NotFound for another account's, ScopeMissing without write on its product."""
    job = fetch_one(connection, SQL["read_state"], {"account_id": caller.account_id, "job_id": job_id})
    if job is None:
        raise NotFound(detail=f"There is no job {job_id}.")
    require_scope(caller, f"{job['kind'].partition('.')[0]}:write")
    return str(job["status"])


def _revive(connection: Connection, unit: dict[str, Any], cause: Cause, at: datetime) -> bool:
    """Send the unit's newest dead letter again, now on behalf of this job; False when there is none to send."""
    if unit["dead_letter_id"] is None:
        return False

    def adopt(_: Connection, envelope: Envelope[StoredCommand], __: datetime) -> Envelope[StoredCommand]:
        return envelope.model_copy(update=cause.model_dump())

    return redrive_letter(connection, unit["dead_letter_id"], at=at, prepare=adopt).outcome == "sent"


def _start(start: dict[str, Any], dedup_key: str, cause: Cause) -> Envelope[StoredCommand]:
    return Envelope(
        schema=start["schema"], message_id=new_id("msg"), dedup_key=dedup_key,
        body=StoredCommand.model_validate(start["body"]), **cause.model_dump(),
    )  # fmt: skip
