"""Send filings' dead letters again, as a job that says what became of each; the platform's redrive does the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auspex.core.clock import Clock
from auspex.core.database import connect, transaction
from auspex.core.messages import Cause
from auspex.filings.ops_reads import LetterQuery, choose_letters
from auspex.platform.jobs import JobView, NewJob, create_job, read_job, succeed_unit
from auspex.platform.redrive import LetterFilter, RedriveCommand, redrive_dead_letters

JOB_KIND = "filings.redrive"
ROUTE = "POST /v1/filings/ops/redrives"
ALIVE = frozenset({"queued", "running"})


@dataclass(frozen=True, slots=True)
class RedriveLetters:
    """Letters by id, or the oldest `letters_max` that the query selects."""

    account_id: str
    ids: tuple[str, ...] | None
    query: LetterQuery
    letters_max: int
    request: dict[str, Any]
    idempotency_key: str | None = None


def redrive_letters(command: RedriveLetters, *, clock: Clock, cause: Cause) -> JobView:
    """Redrive what is selected and return the job, whose one unit tells what became of each letter.

    Each letter goes in a transaction of its own, once, whoever asks how often; a call that died is gone on with under
    its Idempotency-Key. Letters of other products are not found.
    """
    with transaction() as connection:
        job = create_job(
            connection,
            NewJob(account_id=command.account_id, kind=JOB_KIND, route=ROUTE, request=command.request,
                   units=[f"letters:{cause.request_id}"], idempotency_key=command.idempotency_key),
            cause=cause, at=clock.now(),
        )  # fmt: skip
    view = read_job(connect(), account_id=command.account_id, job_id=job.job_id)
    if view.job["status"] not in ALIVE:
        return view
    ids = command.ids or choose_letters(connect(), command.query, letters_max=command.letters_max)
    done = redrive_dead_letters(RedriveCommand(ids, LetterFilter(), command.letters_max), clock=clock)
    enqueued = sum(letter.outcome == "sent" for letter in done.letters)
    result = {
        "enqueued": enqueued, "skipped": len(done.letters) - enqueued,
        "letters": [{"dead_letter_id": letter.dead_letter_id, "outcome": letter.outcome} for letter in done.letters],
    }  # fmt: skip
    with transaction() as connection:
        unit_key = str(view.units[0]["unit_key"])
        succeed_unit(connection, kind=JOB_KIND, unit_key=unit_key, result=result, at=clock.now())
    return read_job(connect(), account_id=command.account_id, job_id=job.job_id)
