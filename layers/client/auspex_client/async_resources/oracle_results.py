"""`client.oracle.results`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.oracle_results import Results
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.oracle_results import SHOW_ORACLE_RESULTS


class AsyncOracleResults(AsyncResource):
    """Operations of `oracle.results`."""

    async def show(
        self,
        job_id: str,
        *,
        format: Literal["json", "csv"] | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Results]:
        """Show what an ended job found: its rows page by page, or its table.

        `format`: `csv` holds every row or team at once. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/oracle/results/{job_id}, scope `oracle:read`.
        """
        return await self._auspex.call(
            SHOW_ORACLE_RESULTS,
            Results,
            path={"job_id": job_id},
            query=given({"format": format, "cursor": cursor}),
            options=options,
        )
