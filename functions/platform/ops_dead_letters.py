"""List messages nobody could process and send them again, for operators.
Route: GET /v1/ops/dead-letters · POST /v1/ops/dead-letters/redrive · Reads, writes: platform.dead_letters, jobs
Sends: the messages, to the queues they died in · Fails: malformed-request, validation-failed"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from fastapi import Query
from pydantic import ConfigDict, Field, model_validator

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import REDRIVE_LETTERS_MAX
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.operations import list_dead_letters
from auspex.platform.redrive import LetterFilter, RedriveCommand, redrive_dead_letters
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation, Request
from auspex.platform.representations import MessageName

ROUTE = "/v1/ops/dead-letters"
LETTERS_DEFAULT = 100
DeadLetterId = Annotated[
    str, Field(pattern=r"^dead_[0-9A-HJKMNP-TV-Z]{26}$", examples=["dead_01JBVEXAMP1E0000000000000D"])
]
Outcome = Literal["sent", "already_redriven", "already_done", "unreadable", "not_found"]

api = endpoint(__name__, scope="admin")


class DeadLetterOut(Representation):
    """A message nobody could process: its body word for word, and why."""

    dead_letter_id: DeadLetterId
    queue: Annotated[str, Field(examples=["filings-analysis"])]
    stage: Annotated[str, Field(examples=["filings-analysis"])]
    node: Annotated[str | None, Field(description="The step of the stage", examples=["facts"])]
    reason: Annotated[str, Field(examples=["processing-failed"])]
    error: str
    message: str
    attempts: int
    unit: Annotated[str | None, Field(description="The unit of jobs that it failed")]
    job_id: str | None
    account_id: str | None
    request_id: str | None
    redrivable: Annotated[bool, Field(description="Whether the body is a message of ours at all")]
    dead_at: datetime
    redriven_at: datetime | None


class RedriveFilter(Request):
    """Which dead letters; a field left out means any."""

    stage: MessageName | None = None
    reason: MessageName | None = None
    queue: MessageName | None = None

    @model_validator(mode="after")
    def name_something(self) -> Self:
        """Refuse a filter that selects everything by accident."""
        if self.stage is None and self.reason is None and self.queue is None:
            raise ValueError("name a stage, a reason or a queue; `all: true` selects every letter")
        return self


class CreateRedrive(Request):
    """Exactly one of `ids`, `filter` and `all`; the latter two take the oldest `max` that were not redriven yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"filter": {"reason": "processing-failed"}, "max": 100}]})

    ids: Annotated[list[DeadLetterId], Field(min_length=1, max_length=REDRIVE_LETTERS_MAX)] | None = None
    filter: RedriveFilter | None = None
    all: Literal[True] | None = None
    max: Annotated[int, Field(ge=1, le=REDRIVE_LETTERS_MAX)] = LETTERS_DEFAULT

    @model_validator(mode="after")
    def choose_one(self) -> Self:
        """Refuse none and several ways to select."""
        if sum(given is not None for given in (self.ids, self.filter, self.all)) != 1:
            raise ValueError("give exactly one of ids, filter, all")
        return self

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
