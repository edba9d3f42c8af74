"""Exactly-once marks, failures and dead letters of message deliveries; schedules' runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, load_sql
from auspex.core.ids import new_id
from auspex.core.limits import SCHEDULE_RUN_MINUTES_MAX
from auspex.core.telemetry import count

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message nobody could process, with everything needed to understand and redrive it."""

    queue: str
    message_id: str
    stage: str
    node: str | None
    reason: str
    error: str
    body: str
    attempts: int
    job_id: str | None
    account_id: str | None
    request_id: str | None


def is_marked(connection: Connection, *, stage: str, dedup_key: str) -> bool:
    """Tell whether a stage has already committed the effect of this message."""
    row = connection.execute(SQL["is_marked"], {"stage": stage, "dedup_key": dedup_key}).fetchone()
    return bool(row and row["marked"])


def mark_delivery(connection: Connection, *, stage: str, dedup_key: str, at: datetime) -> bool:
    """Mark the message in the transaction of its effect; False when another delivery was first."""
    row = connection.execute(SQL["mark_delivery"], {"stage": stage, "dedup_key": dedup_key, "at": at}).fetchone()
    return bool(row and row["first"])


def record_failure(
    connection: Connection,
    *,
    stage: str,
    queue: str,
    message_id: str,
    attempt: int,
    node: str | None,
    error: BaseException,
    job_id: str | None,
    at: datetime,
) -> None:
    """Keep why one attempt failed; the dead-letter stage quotes the last one."""
    connection.execute(
        SQL["record_failure"],
        {
            "stage": stage, "queue": queue, "message_id": message_id, "attempt": attempt, "node": node,
            "error_type": type(error).__name__, "error": str(error), "job_id": job_id, "at": at,
        },
    )  # fmt: skip


def store_dead_letter(connection: Connection, letter: DeadLetter, *, at: datetime) -> bool:
    """Keep a dead letter once per (queue, message); False when it is kept already."""
    values: dict[str, Any] = {name: getattr(letter, name) for name in DeadLetter.__dataclass_fields__}
    row = connection.execute(SQL["store_dead_letter"], values | {"dead_letter_id": new_id("dead"), "at": at}).fetchone()
    return bool(row and row["stored"])


def find_last_failure(connection: Connection, *, queue: str, message_id: str) -> dict[str, Any] | None:
    """Return the newest recorded failure of a message."""
    return connection.execute(SQL["last_failure"], {"queue": queue, "message_id": message_id}).fetchone()


def begin_schedule_run(connection: Connection, *, schedule: str, scheduled_at: datetime, at: datetime) -> bool:
    """Claim one firing of a schedule; False when it already succeeded (EventBridge delivers at least once)."""
    row = connection.execute(
        SQL["begin_schedule_run"], {"schedule": schedule, "scheduled_at": scheduled_at, "at": at}
    ).fetchone()
    return bool(row and row["begun"])


def end_schedule_run(
    connection: Connection,
    *,
    schedule: str,
    scheduled_at: datetime,
    outcome: str,
    detail: dict[str, Any],
    at: datetime,
) -> None:
    """Write how a firing ended."""
    connection.execute(
        SQL["end_schedule_run"],
        {"schedule": schedule, "scheduled_at": scheduled_at, "outcome": outcome, "detail": Jsonb(detail), "at": at},
    )


def end_abandoned_schedule_runs(connection: Connection, *, at: datetime) -> int:
    """Write `failed` on runs that outlived any function, and count them for the alarm. Returns how many."""
    row = connection.execute(
        SQL["end_abandoned_runs"], {"started_before": at - timedelta(minutes=SCHEDULE_RUN_MINUTES_MAX), "at": at}
    ).fetchone()
    ended = int(row["ended"]) if row else 0
    if ended:
        count("ScheduleRunsFailed", ended)
    return ended
