"""`client.filings.watchlist`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_watchlist import Unwatched, Watch, Watched, WatchIn
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_watchlist import LIST_WATCHLIST, UNWATCH_FILINGS, WATCH_FILINGS


class AsyncFilingsWatchlist(AsyncResource):
    """Operations of `filings.watchlist`."""

    async def delete(self, cik: int, *, options: CallOptions | None = None) -> Reply[Unwatched]:
        """Take a company off the watchlist; doing so again changes nothing.

        `cik`: EDGAR's number of a company.

        DELETE /v1/filings/watchlist, scope `filings:write`.
        """
        return await self._auspex.call(UNWATCH_FILINGS, Unwatched, query=given({"cik": cik}), options=options)

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPage[Watch]:
        """List the companies that this account watches, by CIK.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/watchlist, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_WATCHLIST, Watch, query=given({"limit": limit, "cursor": cursor}), options=options
        )

    async def create(self, items: Sequence[WatchIn], *, options: CallOptions | None = None) -> Reply[Watched]:
        """Watch companies. Doing so again changes only what the request changes; unknown names are returned.

        POST /v1/filings/watchlist, scope `filings:write`.
        """
        return await self._auspex.call(WATCH_FILINGS, Watched, body=given({"items": items}), options=options)
