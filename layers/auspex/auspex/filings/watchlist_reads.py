"""Reads of an account's watchlist."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, load_sql

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
