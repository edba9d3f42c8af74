"""List messages nobody could process and send them again, for operators.
Route: GET /v1/ops/dead-letters · POST /v1/ops/dead-letters/redrive · Reads, writes: platform.dead_letters, jobs
Sends: the messages, to the queues they died in · Fails: malformed-request, validation-failed"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import ConfigDict, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import REDRIVE_LETTERS_MAX
from auspex.platform.dead_letter_representations import DeadLetterOut, LetterChoice, RedriveChoice
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.operations import list_dead_letters
from auspex.platform.redrive import LetterFilter, RedriveCommand, redrive_dead_letters
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation
from auspex.platform.representations import MessageName

ROUTE = "/v1/ops/dead-letters"
LETTERS_DEFAULT = 100
Outcome = Literal["sent", "already_redriven", "already_done", "unreadable", "not_found"]

api = endpoint(__name__, scope="admin")


class RedriveFilter(LetterChoice):
    """Which dead letters; a field left out means any."""

    queue: MessageName | None = None


class CreateRedrive(RedriveChoice):
    """Exactly one of `ids`, `filter` and `all`; the latter two take the oldest `max` that were not redriven yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"filter": {"reason": "processing-failed"}, "max": 100}]})

    filter: RedriveFilter | None = None
    max: Annotated[int, Field(ge=1, le=REDRIVE_LETTERS_MAX)] = LETTERS_DEFAULT

    def to_command(self) -> RedriveCommand:
        """Return what the use case takes."""
        wanted = LetterFilter(**self.filter.model_dump()) if self.filter else LetterFilter()
        ids = None if self.ids is None else tuple(self.ids)
        return RedriveCommand(dead_letter_ids=ids, filter=wanted, letters_max=self.max)


class RedrivenOut(Representation):
    """What became of one letter; a letter is sent once, its twin request finds it `already_redriven`."""

    dead_letter_id: str
    outcome: Outcome
    message_id: Annotated[str | None, Field(description="The new message's id")]


class RedriveOut(Representation):
    """How many messages were sent and skipped, letter by letter, and how many the selection still holds."""

    sent: int
    skipped: int
    remaining: int
    letters: list[RedrivenOut]


@api.get(ROUTE, page_of=DeadLetterOut)
async def list_operator_dead_letters(
    _: Caller,
    *,
    stage: Annotated[MessageName | None, Query()] = None,
    reason: Annotated[MessageName | None, Query()] = None,
    queue: Annotated[MessageName | None, Query()] = None,
    redriven: Annotated[bool | None, Query(description="Only redriven ones, or only those that were not")] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[DeadLetterOut]:
    """List dead letters, newest first."""
    letters = LetterFilter(stage=stage, reason=reason, queue=queue)
    found = list_dead_letters(connect(), letters=letters, redriven=redriven, limit=limit, cursor=cursor)
    return Page(rows=[DeadLetterOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.post(ROUTE + "/redrive", status_code=202, response_model=RedriveOut)
async def redrive_operator_dead_letters(body: CreateRedrive, _: Caller) -> RedriveOut:
    """Send dead letters again to the queues they died in, each once."""
    result = redrive_dead_letters(body.to_command(), clock=current_clock())
    letters = [RedrivenOut.model_validate(letter, from_attributes=True) for letter in result.letters]
    sent = sum(letter.outcome == "sent" for letter in letters)
    return RedriveOut(sent=sent, skipped=len(letters) - sent, remaining=result.remaining, letters=letters)


handler = api.handler
