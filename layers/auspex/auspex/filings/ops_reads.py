"""What operators of filings look at: how the pipeline stands, and messages that nobody could process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.filings.messages import AnalyzeFiling, BackfillCompanies, FetchFiling, IndexFiling, ScanCompany
from auspex.platform.operations import DLQ_SUFFIX, RowPage, read_queue_depth

SQL = load_sql(Path(__file__).with_suffix(".sql"))
QUEUES = tuple(command.queue for command in (ScanCompany, BackfillCompanies, FetchFiling, AnalyzeFiling, IndexFiling))


@dataclass(frozen=True, slots=True)
class LetterQuery:
    """Which dead letters of filings; None means any."""

    stage: str | None = None
    reason: str | None = None
    ticker: str | None = None


def read_health(connection: Connection, *, window_minutes: int, at: datetime) -> dict[str, Any]:
    """Return how queues, filings, EDGAR's budget, the feed and failures stand; counts are those of the window."""
    window = {"since": at - timedelta(minutes=window_minutes), "at": at}
    edgar = fetch_one(connection, SQL["read_edgar"], {"window_minutes": window_minutes})
    feed = fetch_one(connection, SQL["read_feed"], {})
    assert edgar is not None
    assert feed is not None
    letters = fetch_all(connection, SQL["count_dead_letters"], window)
    open_letters = fetch_one(connection, SQL["count_open_letters"], {})
    attempts = fetch_all(connection, SQL["count_failed_attempts"], window)
    statuses = fetch_all(connection, SQL["count_statuses"], {})
    return {
        **window,
        "window_minutes": window_minutes,
        "queues": _queues(connection, at),
        "statuses": [
            {"status": row["status"], "filings": row["filings"], "oldest_seconds": _age(row["oldest_at"], at)}
            for row in sorted(statuses, key=lambda row: str(row["status"]))
        ],
        "edgar": {
            "slots": edgar["slots"], "slots_per_second": round(edgar["slots"] / (window_minutes * 60), 4),
            "is_paused": edgar["is_paused"], "paused_until": edgar["paused_until"], "strikes": edgar["strikes"],
        },
        "feed": {
            "polled_at": feed["polled_at"], "age_seconds": _age(feed["polled_at"], at),
            "newest_entry_at": feed["entry_updated_at"],
        },
        "failures": {
            "dead_letters_by_reason": {row["reason"]: row["letters"] for row in letters},
            "dead_letters_open": open_letters["letters"] if open_letters else 0,
            "failed_attempts_by_stage": {row["stage"]: row["attempts"] for row in attempts},
        },
    }  # fmt: skip


def list_dead_letters(
    connection: Connection, *, letters: LetterQuery, redriven: bool | None, limit: int, cursor: str | None
) -> RowPage:
    """Return a page of filings' dead letters, newest first. Raises MalformedRequest for a foreign cursor."""
    wanted = {"stage": letters.stage, "reason": letters.reason, "ticker": letters.ticker, "redriven": redriven}
    bound = wanted | {"list": "filings.dead_letters"}
    before_at, before_id = decode_cursor(cursor, filters=bound) if cursor else (None, None)
    place = {"before_at": before_at, "before_id": before_id, "rows_max": limit + 1}
    rows = fetch_all(connection, SQL["list_dead_letters"], wanted | place)
    shown = rows[:limit]
    last = [shown[-1][name] for name in ("dead_at", "dead_letter_id")] if len(rows) > limit else None
    return RowPage(shown, encode_cursor(last, filters=bound) if last else None)


def choose_letters(connection: Connection, letters: LetterQuery, *, letters_max: int) -> tuple[str, ...]:
    """Return the oldest dead letters of filings that can be sent again and were not yet."""
    wanted = {"stage": letters.stage, "reason": letters.reason, "ticker": letters.ticker, "rows_max": letters_max}
    return tuple(str(row["dead_letter_id"]) for row in fetch_all(connection, SQL["choose_letters"], wanted))


def _queues(connection: Connection, at: datetime) -> list[dict[str, Any]]:
    """Return each queue with its dead-letter queue's depth and what the outbox still has for it."""
    backlog = {str(row["queue"]): row for row in fetch_all(connection, SQL["read_backlog"], {"at": at})}
    shown = []
    for queue in QUEUES:
        depth, dead = read_queue_depth(queue), read_queue_depth(queue + DLQ_SUFFIX)
        unsent = backlog.get(queue)
        shown.append({
            "queue": queue, "visible": depth.visible, "in_flight": depth.in_flight, "delayed": depth.delayed,
            "dead": dead.visible + dead.in_flight + dead.delayed, "unsent": unsent["unsent"] if unsent else 0,
            "oldest_due_seconds": _age(unsent["oldest_due_at"], at) if unsent else None,
        })  # fmt: skip
    return shown


def _age(moment: datetime | None, at: datetime) -> float | None:
    return None if moment is None else max(0.0, round((at - moment).total_seconds(), 3))
