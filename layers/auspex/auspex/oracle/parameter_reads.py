"""Reads about versions of parameters. A version's text holds slashes; as part of a path they are written as `~`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from auspex.core.clock import format_instant
from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.problems import NotFound
from auspex.oracle.competition_store import RowPage

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SLASH, TILDE = "/", "~"


@dataclass(frozen=True, slots=True)
class VersionQuery:
    """Filters of a list of versions; None means any."""

    competition: str | None = None
    model: str | None = None
    status: str | None = None


def list_versions(connection: Connection, query: VersionQuery, *, limit: int, cursor: str | None) -> RowPage:
    """Return a page of versions, newest first, failed ones with their report. Raises MalformedRequest."""
    filters = {"list": "oracle-parameters", **asdict(query)}
    before_at, before_version = decode_cursor(cursor, filters=filters) if cursor else (None, None)
    asked = asdict(query) | {"before_at": before_at, "before_version": before_version, "rows_max": limit + 1}
    rows = fetch_all(connection, SQL["list_versions"], asked)
    kept = [row | {"id": row["params_version"].replace(SLASH, TILDE)} for row in rows[:limit]]
    last = [format_instant(kept[-1]["created_at"]), kept[-1]["params_version"]] if len(rows) > limit else None
    return RowPage(kept, encode_cursor(last, filters=filters) if last else None)


def read_version(connection: Connection, identifier: str) -> dict[str, Any]:
    """Return a version with the strengths of its teams. Raises NotFound."""
    version = identifier.replace(TILDE, SLASH)
    row = fetch_one(connection, SQL["read_version"], {"params_version": version})
    if row is None:
        raise NotFound(detail=f"No parameters {version} are stored.")
    return row | {"id": identifier}
