"""`client.oracle.teams`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.calls import CallOptions, given
from auspex_client.models.oracle_teams import Team, TeamDetail
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle_teams import LIST_ORACLE_TEAMS, SHOW_ORACLE_TEAM


class AsyncOracleTeams(AsyncResource):
    """Operations of `oracle.teams`."""

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        competition: str | None = None,
        as_of: dt.date | None = None,
        q: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[Team]:
        """List teams by identifier with the strengths that forecasts stand on.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `as_of`: Strengths known
        before this day. `q`: Part of a name.

        GET /v1/oracle/teams, scope `oracle:read`.
        """
        return await self._auspex.page(
            LIST_ORACLE_TEAMS,
            Team,
            query=given({"limit": limit, "cursor": cursor, "competition": competition, "as_of": as_of, "q": q}),
            options=options,
        )

    async def show(
        self, team_id: str, *, as_of: dt.date | None = None, options: CallOptions | None = None
    ) -> Reply[TeamDetail]:
        """Show a team with its aliases, its strengths and how they came about.

        `as_of`: Strengths known before this day.

        GET /v1/oracle/teams/{team_id}, scope `oracle:read`.
        """
        return await self._auspex.call(
            SHOW_ORACLE_TEAM, TeamDetail, path={"team_id": team_id}, query=given({"as_of": as_of}), options=options
        )
