"""What operators see of dead letters, and how they choose which to send again: for routes of platform and products."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from auspex.core.limits import REDRIVE_LETTERS_MAX
from auspex.platform.replies import Representation, Request
from auspex.platform.representations import MessageName

DeadLetterId = Annotated[
    str, Field(pattern=r"^dead_[0-9A-HJKMNP-TV-Z]{26}$", examples=["dead_01JBVEXAMP1E0000000000000D"])
]


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


class LetterChoice(Request):
    """Which dead letters; a field left out means any. Subclasses add what else their letters are known by."""

    stage: MessageName | None = None
    reason: MessageName | None = None

    @model_validator(mode="after")
    def name_something(self) -> Self:
        """Refuse a filter that selects everything by accident."""
        if not any(value is not None for value in self.model_dump().values()):
            *others, last = type(self).model_fields
            raise ValueError(f"name a {', a '.join(others)} or a {last}; `all: true` selects every letter")
        return self


class RedriveChoice(Request):
    """Exactly one of `ids`, `all` and the subclass's `filter`."""

    ids: Annotated[list[DeadLetterId], Field(min_length=1, max_length=REDRIVE_LETTERS_MAX)] | None = None
    filter: LetterChoice | None = None
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def choose_one(self) -> Self:
        """Refuse none and several ways to select."""
        if sum(given is not None for given in (self.ids, self.filter, self.all)) != 1:
            raise ValueError("give exactly one of ids, filter, all")
        return self
