"""What an account was told: listed, counted, marked as read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, load_sql

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class NotificationQuery:
    """Filters of a list of notifications; None means any."""

    product: str | None = None
    kind: str | None = None
    topic: str | None = None
    unread: bool | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which unread notifications are meant: those that fit everything that is given; nothing given means all."""

    notification_ids: list[str] | None = None
    product: str | None = None
    kind: str | None = None
    subject: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """Notifications, newest first, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_notifications(
    connection: Connection, query: NotificationQuery, *, account_id: str, limit: int, cursor: str | None
) -> NotificationPage:
    """Return a page of an account's notifications, newest first. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "notifications", "account_id": account_id, **asdict(query)}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    given = asdict(query) | {"account_id": account_id, "before": before, "rows_max": limit + 1}
    rows = fetch_all(connection, SQL["list_notifications"], given)
    kept = rows[:limit]
    more = len(rows) > limit
    return NotificationPage(kept, encode_cursor([kept[-1]["notification_id"]], filters=filters) if more else None)


def mark_read(connection: Connection, selection: Selection, *, account_id: str, at: datetime) -> int:
    """Mark what is selected and unread as read, and return how many that were; other accounts' ids select nothing."""
    cursor = connection.execute(SQL["mark_read"], asdict(selection) | {"account_id": account_id, "at": at})
    return cursor.rowcount


def count_unread(connection: Connection, *, account_id: str) -> list[dict[str, Any]]:
    """Return the number of unread notifications by product and kind."""
    return fetch_all(connection, SQL["count_unread"], {"account_id": account_id})
