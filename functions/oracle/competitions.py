"""List the competitions that oracle knows.
Route: GET /v1/oracle/competitions · Reads: oracle.competitions, matches, params · Fails: malformed-request"""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from auspex.core.database import connect
from auspex.oracle.competition_store import list_competitions
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="oracle:read")


class ZoneOut(Representation):
    """Places of the final table under a name, both ends included."""

    key: str
    first: int
    last: int


class CompetitionOut(Representation):
    """A competition with what is known of it; `tie_break` is null where we do not know the chain."""

    code: str
    name: str
    country: str
    n_teams: int
    tie_break: list[str] | None
    zones: list[ZoneOut]
    seasons: list[str]
    last_result_on: date | None
    last_refreshed_at: datetime | None
    params_versions: dict[str, str] = Field(description="Version in force by model")
    names_under_review: list[str] = Field(description="Team names of sources that no alias knows yet")


@api.get("/v1/oracle/competitions", page_of=CompetitionOut)
async def list_oracle_competitions(
    _: Caller, limit: PageLimit = PAGE_LIMIT_DEFAULT, cursor: Cursor = None
) -> Page[CompetitionOut]:
    """List competitions by code, with their seasons, newest result and parameters in force."""
    found = list_competitions(connect(), limit=limit, cursor=cursor)
    return Page(rows=[CompetitionOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
