"""Reads about teams: what they are called, and how strong the parameters of a day hold them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.oracle.competition_store import RowPage
from auspex.oracle.problems import TeamUnknown

SQL = load_sql(Path(__file__).with_suffix(".sql"))
HISTORY_ROWS = 100


@dataclass(frozen=True, slots=True)
class TeamQuery:
    """Filters of a list of teams; None means any. `as_of` names a day whose forecasts the strengths would serve."""

    competition: str | None = None
    as_of: date | None = None
    q: str | None = None


def list_teams(connection: Connection, query: TeamQuery, *, limit: int, cursor: str | None) -> RowPage:
    """Return a page of teams by identifier with their strengths. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "oracle-teams", **asdict(query)}
    after = decode_cursor(cursor, filters=filters)[0] if cursor else None
    asked = asdict(query) | {"team_id": None, "after": after, "rows_max": limit + 1}
    rows = fetch_all(connection, SQL["list_teams"], asked)
    kept = rows[:limit]
    last = [kept[-1]["team_id"]] if len(rows) > limit else None
    return RowPage(kept, encode_cursor(last, filters=filters) if last else None)


def read_team(connection: Connection, team_id: str, *, as_of: date | None) -> dict[str, Any]:
    """Return a team with its strengths and their history, newest first. Raises TeamUnknown."""
    asked = {"competition": None, "as_of": as_of, "q": None, "team_id": team_id, "after": None, "rows_max": 1}
    row = fetch_one(connection, SQL["list_teams"], asked)
    if row is None:
        raise TeamUnknown(detail=f"No team {team_id} is stored.", nearest=[])
    history = fetch_all(connection, SQL["list_history"], {"team_id": team_id, "as_of": as_of, "rows_max": HISTORY_ROWS})
    return row | {"history": history}
