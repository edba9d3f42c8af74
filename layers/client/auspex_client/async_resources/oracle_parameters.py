"""`client.oracle.parameters`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.oracle_parameters import VersionDetail, VersionOut
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle_parameters import LIST_ORACLE_PARAMETERS, SHOW_ORACLE_PARAMETERS


class AsyncOracleParameters(AsyncResource):
    """Operations of `oracle.parameters`."""

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        competition: str | None = None,
        model: Literal["elo", "goals"] | None = None,
        status: Literal["active", "failed", "superseded"] | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[VersionOut]:
        """List versions of parameters, newest first, with hyper-parameters and the report of their fit.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/oracle/parameters, scope `oracle:read`.
        """
        return await self._auspex.page(
            LIST_ORACLE_PARAMETERS,
            VersionOut,
            query=given(
                {"limit": limit, "cursor": cursor, "competition": competition, "model": model, "status": status}
            ),
            options=options,
        )

    async def show(self, params_id: str, *, options: CallOptions | None = None) -> Reply[VersionDetail]:
        """Show a version with the strengths of its teams.

        `params_id`: `id` of the list: the version with ~ for each slash.

        GET /v1/oracle/parameters/{params_id}, scope `oracle:read`.
        """
        return await self._auspex.call(
            SHOW_ORACLE_PARAMETERS, VersionDetail, path={"params_id": params_id}, options=options
        )
