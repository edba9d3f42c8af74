"""List versions of parameters and show one.
Route: GET /v1/oracle/parameters, /v1/oracle/parameters/{params_id} · Reads: oracle.params, team_params
Fails: not-found, malformed-request"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query
from pydantic import Field

from auspex.core.database import connect
from auspex.oracle.parameter_reads import VersionQuery, list_versions, read_version
from auspex.oracle.representations import CompetitionCode
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="oracle:read")
ModelName = Literal["elo", "goals"]
StatusName = Literal["active", "failed", "superseded"]
ParamsId = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9.-]+~[A-Z0-9]+~[0-9]{4}-[0-9]{2}-[0-9]{2}~[0-9a-f]{8}$", max_length=120,
        description="`id` of the list: the version with ~ for each slash",
        examples=["goals-1.0.0~E0~2019-05-12~0123abcd"],
    ),
]  # fmt: skip


class VersionOut(Representation):
    """One immutable version; a failed one never served, and `fit.failure` says why."""

    id: str = Field(description="The version as part of a path")
    params_version: str
    competition: str
    model: ModelName
    trained_through: date = Field(description="Day of the newest result behind it; it serves later days alone")
    status: StatusName
    created_at: datetime
    sha256: str
    hyper: dict[str, Any]
    fit: dict[str, Any]
    thresholds: dict[str, float] | None


class TeamStrengthOut(Representation):
    """How strong this version holds a team."""

    team_id: str
    elo: float | None
    elo_sd: float | None
    attack: float | None
    attack_sd: float | None
    defence: float | None
    defence_sd: float | None
    matches: int


class VersionDetailOut(VersionOut):
    """A version with its teams, and how far results have come since."""

    newest_result_on: date | None
    teams: list[TeamStrengthOut]


async def _query(
    *,
    competition: Annotated[CompetitionCode | None, Query()] = None,
    model: Annotated[ModelName | None, Query()] = None,
    status: Annotated[StatusName | None, Query()] = None,
) -> VersionQuery:
    return VersionQuery(competition=competition, model=model, status=status)


@api.get("/v1/oracle/parameters", page_of=VersionOut)
async def list_oracle_parameters(
    _: Caller,
    query: Annotated[VersionQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[VersionOut]:
    """List versions of parameters, newest first, with hyper-parameters and the report of their fit."""
    found = list_versions(connect(), query, limit=limit, cursor=cursor)
    return Page(rows=[VersionOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.get("/v1/oracle/parameters/{params_id}", response_model=VersionDetailOut)
async def show_oracle_parameters(params_id: ParamsId, _: Caller) -> VersionDetailOut:
    """Show a version with the strengths of its teams."""
    return VersionDetailOut.model_validate(read_version(connect(), params_id))


handler = api.handler
