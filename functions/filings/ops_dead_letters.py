"""List filings' messages that nobody could process and send them again, for operators.
Route: GET /v1/filings/ops/dead-letters · POST /v1/filings/ops/redrives · Reads, writes: platform.dead_letters, jobs
Sends: the messages, to the queues they died in · Fails: malformed-request, validation-failed"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import ConfigDict, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import REDRIVE_LETTERS_MAX
from auspex.filings.ops_reads import LetterQuery, list_dead_letters
from auspex.filings.redrive_letters import RedriveLetters, redrive_letters
from auspex.filings.representations import Ticker
from auspex.platform.dead_letter_representations import DeadLetterOut, LetterChoice, RedriveChoice
from auspex.platform.endpoint import Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation
from auspex.platform.representations import JobOut, MessageName

api = endpoint(__name__, scope="admin")


class FilingsDeadLetterOut(DeadLetterOut):
    """A message nobody could process: its body word for word, why, and whose filing it was about."""

    accession: str | None
    ticker: str | None


class FilingsRedriveFilter(LetterChoice):
    """Which dead letters; a field left out means any."""

    ticker: Ticker | None = None


class CreateFilingsRedrive(RedriveChoice):
    """Exactly one of `ids`, `filter` and `all`; the latter two take the oldest `max` that were not redriven yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"filter": {"reason": "processing-failed"}}]})

    filter: FilingsRedriveFilter | None = None
    max: Annotated[int, Field(ge=1, le=REDRIVE_LETTERS_MAX)] = REDRIVE_LETTERS_MAX


class FilingsRedriveOut(Representation):
    """The job, and how many letters were sent again and skipped (sent before, done already, unreadable, not found)."""

    job: JobOut
    enqueued: int
    skipped: int


@api.get("/v1/filings/ops/dead-letters", page_of=FilingsDeadLetterOut)
async def list_filings_dead_letters(
    _: Caller,
    *,
    stage: Annotated[MessageName | None, Query()] = None,
    reason: Annotated[MessageName | None, Query()] = None,
    ticker: Annotated[Ticker | None, Query()] = None,
    redriven: Annotated[bool | None, Query(description="Only redriven ones, or only those that were not")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[FilingsDeadLetterOut]:
    """List dead letters of filings, newest first."""
    letters = LetterQuery(stage=stage, reason=reason, ticker=ticker)
    found = list_dead_letters(connect(), letters=letters, redriven=redriven, limit=limit, cursor=cursor)
    return Page(rows=[FilingsDeadLetterOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.post("/v1/filings/ops/redrives", status_code=202, response_model=FilingsRedriveOut)
async def redrive_filings_dead_letters(
    body: CreateFilingsRedrive, caller: Caller, cause: RequestCause, idempotency_key: IdempotencyKey
) -> FilingsRedriveOut:
    """Send dead letters of filings again to the queues they died in, each once; nobody is charged."""
    command = RedriveLetters(
        account_id=caller.account_id, ids=tuple(body.ids) if body.ids else None, letters_max=body.max,
        query=LetterQuery(**body.filter.model_dump()) if body.filter else LetterQuery(),
        request=body.model_dump(mode="json"), idempotency_key=idempotency_key,
    )  # fmt: skip
    job = JobOut.of(redrive_letters(command, clock=current_clock(), cause=cause))
    result = job.items[0].result or {}
    return FilingsRedriveOut(job=job, enqueued=result.get("enqueued", 0), skipped=result.get("skipped", 0))


handler = api.handler
