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
from auspex.oracle.team_names import nearest_names, normal_form

SQL = load_sql(Path(__file__).with_suffix(".sql"))
HISTORY_ROWS = 100


@dataclass(frozen=True, slots=True)
class TeamQuery:
    """Filters of a list of teams; None means any. `as_of` names a day whose forecasts the strengths would serve."""

    competition: str | None = None
    as_of: date | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True)
class KnownTeam:
    """A team as a competition knows it."""

    team_id: str
    name: str


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


def find_team(connection: Connection, competition: str, name: str, *, team_id: str | None = None) -> KnownTeam:
    """Return the team of a competition that a name, or an identifier, means.

    A name means a team when it is one of its aliases but for case, accents and punctuation; none is taken for another
    because it looks alike. Raises TeamUnknown with the three nearest names, for an unknown competition with all codes.
    """
    if fetch_one(connection, SQL["read_competition"], {"competition": competition}) is None:
        codes = fetch_all(connection, SQL["list_competition_codes"], {})
        nearest = nearest_names(competition, [row["code"] for row in codes])
        raise TeamUnknown(detail=f"No competition {competition} is stored.", nearest=nearest)
    rows = fetch_all(connection, SQL["list_names"], {"competition": competition})
    teams = {row["team_id"]: KnownTeam(row["team_id"], row["name"]) for row in rows}
    if team_id is not None and team_id in teams:
        return teams[team_id]
    meant = {row["team_id"] for row in rows if normal_form(row["alias"]) == normal_form(name)}
    if team_id is None and len(meant) == 1:
        return teams[meant.pop()]
    nearest = nearest_names(name if team_id is None else team_id, [team.name for team in teams.values()])
    raise TeamUnknown(detail=f"{competition} has no team {team_id or name}.", nearest=nearest)
