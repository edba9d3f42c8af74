"""What `ops.dead_letters` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, NotRequired, TypedDict

from auspex_client.model import Model


class DeadLetter(Model):
    """A message nobody could process: its body word for word, and why."""

    account_id: str | None
    attempts: int
    dead_at: dt.datetime
    dead_letter_id: str
    error: str
    job_id: str | None
    message: str
    node: str | None
    queue: str
    reason: str
    redrivable: bool
    redriven_at: dt.datetime | None
    request_id: str | None
    stage: str
    unit: str | None


class RedriveFilter(TypedDict):
    """Which dead letters; a field left out means any."""

    queue: NotRequired[str | None]
    reason: NotRequired[str | None]
    stage: NotRequired[str | None]


class Redriven(Model):
    """What became of one letter; a letter is sent once, its twin request finds it `already_redriven`."""

    dead_letter_id: str
    message_id: str | None
    outcome: Literal["sent", "already_redriven", "already_done", "unreadable", "not_found"] | str


class Redrive(Model):
    """How many messages were sent and skipped, letter by letter, and how many the selection still holds."""

    letters: list[Redriven]
    remaining: int
    sent: int
    skipped: int
