"""List teams and show one with the history of its strength.
Route: GET /v1/oracle/teams, /v1/oracle/teams/{team_id} · Reads: oracle.teams, team_params, params
Fails: team-unknown, malformed-request"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query

from auspex.core.database import connect
from auspex.oracle.representations import CompetitionCode
from auspex.oracle.team_reads import TeamQuery, list_teams, read_team
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="oracle:read")
TeamId = Annotated[str, Path(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120, examples=["england-arsenal"])]
AsOf = Annotated[date | None, Query(description="Strengths known before this day", examples=["2019-05-01"])]


class TeamOut(Representation):
    """A team; ratings in points, attack and defence on the log scale of goals (more is stronger), null before a fit."""

    team_id: str
    name: str
    country: str
    competitions: list[str]
    aliases: list[str]
    elo: float | None
    elo_sd: float | None
    attack: float | None
    attack_sd: float | None
    defence: float | None
    defence_sd: float | None
    matches: int
    rated_on: date | None


class StrengthOut(Representation):
    """Strengths after the matches of a day."""

    day: date
    elo: float | None
    attack: float | None
    defence: float | None


class TeamDetailOut(TeamOut):
    """A team with the history of its strength, newest first."""

    history: list[StrengthOut]


async def _query(
    *,
    competition: Annotated[CompetitionCode | None, Query()] = None,
    as_of: AsOf = None,
    q: Annotated[str | None, Query(min_length=2, max_length=80, description="Part of a name", examples=["ars"])] = None,
) -> TeamQuery:
    return TeamQuery(competition=competition, as_of=as_of, q=q)


@api.get("/v1/oracle/teams", page_of=TeamOut)
async def list_oracle_teams(
    _: Caller,
    query: Annotated[TeamQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[TeamOut]:
    """List teams by identifier with the strengths that forecasts stand on."""
    found = list_teams(connect(), query, limit=limit, cursor=cursor)
    return Page(rows=[TeamOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.get("/v1/oracle/teams/{team_id}", response_model=TeamDetailOut)
async def show_oracle_team(team_id: TeamId, _: Caller, as_of: AsOf = None) -> TeamDetailOut:
    """Show a team with its aliases, its strengths and how they came about."""
    return TeamDetailOut.model_validate(read_team(connect(), team_id, as_of=as_of))


handler = api.handler
