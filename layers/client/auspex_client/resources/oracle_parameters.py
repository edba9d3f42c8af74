"""`client.oracle.parameters`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.oracle_parameters import VersionDetail, VersionOut
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_ORACLE_PARAMETERS = Operation("list_oracle_parameters", "GET", "/v1/oracle/parameters")
SHOW_ORACLE_PARAMETERS = Operation("show_oracle_parameters", "GET", "/v1/oracle/parameters/{params_id}")


class OracleParameters(Resource):
    """Operations of `oracle.parameters`."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        competition: str | None = None,
        model: Literal["elo", "goals"] | None = None,
        status: Literal["active", "failed", "superseded"] | None = None,
        options: CallOptions | None = None,
    ) -> Page[VersionOut]:
        """List versions of parameters, newest first, with hyper-parameters and the report of their fit.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/oracle/parameters, scope `oracle:read`.
        """
        return self._auspex.page(
            LIST_ORACLE_PARAMETERS,
            VersionOut,
            query=given(
                {"limit": limit, "cursor": cursor, "competition": competition, "model": model, "status": status}
            ),
            options=options,
        )

    def show(self, params_id: str, *, options: CallOptions | None = None) -> Reply[VersionDetail]:
        """Show a version with the strengths of its teams.

        `params_id`: `id` of the list: the version with ~ for each slash.

        GET /v1/oracle/parameters/{params_id}, scope `oracle:read`.
        """
        return self._auspex.call(SHOW_ORACLE_PARAMETERS, VersionDetail, path={"params_id": params_id}, options=options)
