"""`client.oracle.competitions`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.oracle_competitions import Competition
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_ORACLE_COMPETITIONS = Operation("list_oracle_competitions", "GET", "/v1/oracle/competitions")


class OracleCompetitions(Resource):
    """Operations of `oracle.competitions`."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> Page[Competition]:
        """List competitions by code, with their seasons, newest result and parameters in force.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/oracle/competitions, scope `oracle:read`.
        """
        return self._auspex.page(
            LIST_ORACLE_COMPETITIONS, Competition, query=given({"limit": limit, "cursor": cursor}), options=options
        )
