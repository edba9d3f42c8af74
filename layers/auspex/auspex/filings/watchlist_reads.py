"""Reads of the watchlist: an account's own, and what anybody watches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql

SQL = load_sql(Path(__file__).with_name("watchlist.sql"))
FILTERS = {"list": "watchlist"}


@dataclass(frozen=True, slots=True)
class WatchPage:
    """Watched companies by CIK, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_watches(connection: Connection, *, account_id: str, limit: int, cursor: str | None) -> WatchPage:
    """Return a page of an account's watchlist. Raises MalformedRequest for a foreign cursor."""
    filters = FILTERS | {"account_id": account_id}
    (after,) = decode_cursor(cursor, filters=filters) if cursor else [0]
    rows = fetch_all(
        connection, SQL["list_watches"], {"account_id": account_id, "after_cik": after, "rows_max": limit + 1}
    )
    kept = rows[:limit]
    more = len(rows) > limit
    return WatchPage(kept, encode_cursor([kept[-1]["cik"]], filters=filters) if more else None)


def list_watched_companies(connection: Connection) -> dict[int, bool]:
    """Return by CIK every company that somebody watches, and whether it is of the sample."""
    return {row["cik"]: row["sample"] for row in fetch_all(connection, SQL["list_watched_companies"], {})}


def has_new_watch(connection: Connection, *, cik: int, since: datetime | None) -> bool:
    """Tell whether somebody began to watch a company at an instant or later; None: at any time."""
    return fetch_one(connection, SQL["find_new_watch"], {"cik": cik, "last_scan_at": since}) is not None
