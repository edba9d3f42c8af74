"""Competitions: reference data, read with what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, load_sql

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows of a list and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_competitions(connection: Connection, *, limit: int, cursor: str | None) -> RowPage:
    """Return a page of competitions by code, with seasons, newest result and active parameters of each.

    Raises MalformedRequest for a foreign cursor.
    """
    filters = {"list": "oracle-competitions"}
    after = decode_cursor(cursor, filters=filters)[0] if cursor else None
    rows = fetch_all(connection, SQL["list_competitions"], {"after": after, "rows_max": limit + 1})
    kept = rows[:limit]
    last = [kept[-1]["code"]] if len(rows) > limit else None
    return RowPage(kept, encode_cursor(last, filters=filters) if last else None)
