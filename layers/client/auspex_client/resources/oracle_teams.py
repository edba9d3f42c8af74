"""`client.oracle.teams`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.oracle_teams import Team, TeamDetail
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_ORACLE_TEAMS = Operation("list_oracle_teams", "GET", "/v1/oracle/teams")
SHOW_ORACLE_TEAM = Operation("show_oracle_team", "GET", "/v1/oracle/teams/{team_id}")


class OracleTeams(Resource):
    """Operations of `oracle.teams`."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        competition: str | None = None,
        as_of: dt.date | None = None,
        q: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Team]:
        """List teams by identifier with the strengths that forecasts stand on.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `as_of`: Strengths known
        before this day. `q`: Part of a name.

        GET /v1/oracle/teams, scope `oracle:read`.
        """
        return self._auspex.page(
            LIST_ORACLE_TEAMS,
            Team,
            query=given({"limit": limit, "cursor": cursor, "competition": competition, "as_of": as_of, "q": q}),
            options=options,
        )

    def show(
        self, team_id: str, *, as_of: dt.date | None = None, options: CallOptions | None = None
    ) -> Reply[TeamDetail]:
        """Show a team with its aliases, its strengths and how they came about.

        `as_of`: Strengths known before this day.

        GET /v1/oracle/teams/{team_id}, scope `oracle:read`.
        """
        return self._auspex.call(
            SHOW_ORACLE_TEAM, TeamDetail, path={"team_id": team_id}, query=given({"as_of": as_of}), options=options
        )
