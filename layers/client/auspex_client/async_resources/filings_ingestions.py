"""`client.filings.ingestions`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.shared import Job
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_ingestions import LIST_FILING_INGESTIONS


class AsyncFilingsIngestions(AsyncResource):
    """Operations of `filings.ingestions`."""

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPage[Job]:
        """List this account's ingestion jobs, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/ingestions, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_FILING_INGESTIONS, Job, query=given({"limit": limit, "cursor": cursor}), options=options
        )
