"""Redrive: a dead letter's message goes back to its queue through the outbox, as a new message with its old dedup key.

A letter is redriven once; what fails again dies as a new letter. Effects stay exactly-once: they hang on the dedup key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, ValidationError

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, connect, fetch_all, fetch_one, load_sql, transaction
from auspex.core.faults import fault_point
from auspex.core.ids import new_id
from auspex.core.limits import JOB_HOURS_MAX
from auspex.core.messages import Command, Envelope
from auspex.core.telemetry import count
from auspex.platform.deliveries import is_marked
from auspex.platform.jobs import unit_is_wanted

SQL = load_sql(Path(__file__).with_suffix(".sql"))
Outcome = Literal["sent", "already_redriven", "already_done", "unreadable", "not_found"]


class StoredCommand(Command):
    """A body of any contract, kept word for word: the stage that gets it checks it, nobody before."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @property
    def fields(self) -> dict[str, Any]:
        """What the body says."""
        return self.model_extra or {}


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which dead letters; None means any."""

    stage: str | None = None
    reason: str | None = None
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class RedriveCommand:
    """Letters by id, or the oldest `letters_max` that a filter selects."""

    dead_letter_ids: tuple[str, ...] | None
    filter: LetterFilter
    letters_max: int


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of one letter; `message_id` is the new message's."""

    dead_letter_id: str
    outcome: Outcome
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class RedriveResult:
    """What became of each letter, and how many the same filter still selects."""

    letters: list[Redriven]
    remaining: int


def redrive_dead_letters(command: RedriveCommand, *, clock: Clock) -> RedriveResult:
    """Send dead letters again, each in a transaction of its own: the locks of one never wait for those of another."""
    selection = {
        "stage": command.filter.stage, "reason": command.filter.reason, "queue": command.filter.queue,
        "rows_max": command.letters_max,
    }  # fmt: skip
    by_id = command.dead_letter_ids is not None
    chosen = command.dead_letter_ids or ()
    if not by_id:
        rows = fetch_all(connect(), SQL["open_letters"], selection)
        chosen = tuple(str(row["dead_letter_id"]) for row in rows)
    letters = []
    for dead_letter_id in dict.fromkeys(chosen):
        with transaction() as connection:
            letters.append(redrive_letter(connection, dead_letter_id, at=clock.now(), prepare=_for_operator))
            fault_point("redrive.uncommitted")
    count("DeadLettersRedriven", sum(letter.outcome == "sent" for letter in letters))
    left = None if by_id else fetch_one(connect(), SQL["count_open_letters"], selection)
    return RedriveResult(letters, remaining=int(left["letters"]) if left else 0)


Prepare = Callable[[Connection, "Envelope[StoredCommand]", datetime], "Envelope[StoredCommand]"]


def redrive_letter(connection: Connection, dead_letter_id: str, *, at: datetime, prepare: Prepare) -> Redriven:
    """Put one letter's message into the outbox, once; `prepare` reopens the unit and may change whose message it is."""
    letter = fetch_one(connection, SQL["lock_letter"], {"dead_letter_id": dead_letter_id})
    if letter is None:
        return Redriven(dead_letter_id, "not_found")
    if letter["redriven_at"] is not None:
        return Redriven(dead_letter_id, "already_redriven")
    envelope = read_envelope(str(letter["body"]))
    if envelope is None:
        connection.execute(SQL["note_unreadable"], {"dead_letter_id": dead_letter_id})
        return Redriven(dead_letter_id, "unreadable")
    connection.execute(SQL["note_redriven"], {"dead_letter_id": dead_letter_id, "at": at})
    if is_marked(connection, stage=letter["stage"], dedup_key=envelope.dedup_key):
        return Redriven(dead_letter_id, "already_done")
    again = envelope.model_copy(update={"message_id": new_id("msg"), "deferrals": 0})
    again = prepare(connection, again, at)
    outbox.enqueue(connection, again, at=at, queue=str(letter["queue"]))
    return Redriven(dead_letter_id, "sent", again.message_id)


def read_envelope(body: str) -> Envelope[StoredCommand] | None:
    """Return the message in a stored body, None when it is no envelope."""
    try:
        return Envelope[StoredCommand].model_validate_json(body)
    except ValidationError:
        return None


def expiry_of_redrive(at: datetime) -> datetime:
    """Return when a job that was begun again expires."""
    return at + timedelta(hours=JOB_HOURS_MAX)


def _for_operator(connection: Connection, envelope: Envelope[StoredCommand], at: datetime) -> Envelope[StoredCommand]:
    """Reopen the unit wherever it failed. Where no job waits for it any more, the operator is the cause."""
    kind, unit_key = (envelope.body.fields.get(name) for name in ("unit_kind", "unit_key"))
    if not (isinstance(kind, str) and isinstance(unit_key, str)):
        return envelope
    connection.execute(
        SQL["reopen_unit"], {"kind": kind, "unit_key": unit_key, "at": at, "expires_at": expiry_of_redrive(at)}
    )
    if unit_is_wanted(connection, kind=kind, unit_key=unit_key):
        return envelope
    return envelope.model_copy(update={"job_id": None})
