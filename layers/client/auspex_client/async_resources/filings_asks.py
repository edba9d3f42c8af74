"""`client.filings.asks`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.shared import Ask
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_asks import LIST_FILING_ASKS, SHOW_FILING_ASK


class AsyncFilingsAsks(AsyncResource):
    """Operations of `filings.asks`."""

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPage[Ask]:
        """List this account's asks, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/asks, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_FILING_ASKS, Ask, query=given({"limit": limit, "cursor": cursor}), options=options
        )

    async def show(self, ask_id: str, *, options: CallOptions | None = None) -> Reply[Ask]:
        """Show one of this account's asks as it was answered.

        GET /v1/filings/asks/{ask_id}, scope `filings:read`.
        """
        return await self._auspex.call(SHOW_FILING_ASK, Ask, path={"ask_id": ask_id}, options=options)
