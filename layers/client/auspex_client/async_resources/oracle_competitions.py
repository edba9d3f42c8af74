"""`client.oracle.competitions`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.oracle_competitions import Competition
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle_competitions import LIST_ORACLE_COMPETITIONS


class AsyncOracleCompetitions(AsyncResource):
    """Operations of `oracle.competitions`."""

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPage[Competition]:
        """List competitions by code, with their seasons, newest result and parameters in force.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/oracle/competitions, scope `oracle:read`.
        """
        return await self._auspex.page(
            LIST_ORACLE_COMPETITIONS, Competition, query=given({"limit": limit, "cursor": cursor}), options=options
        )
