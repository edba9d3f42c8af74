"""`client.filings.asks`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.shared import Ask
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_asks import LIST_FILING_ASKS, SHOW_FILING_ASK


class AsyncFilingsAsks(AsyncResource):
    """Operations of `filings.asks`."""

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        ticker: str | None = None,
        refused: bool | None = None,
        evidence_class: Literal["kpi", "formula", "extractive", "provider"] | None = None,
        asked_from: dt.datetime | None = None,
        asked_to: dt.datetime | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[Ask]:
        """List this account's asks, newest first; runs of templates have a list of their own.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `ticker`: Asks that named
        this ticker or CIK. `asked_from`: RFC 3339. `asked_to`: RFC 3339, exclusive.

        GET /v1/filings/asks, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_FILING_ASKS,
            Ask,
            query=given(
                {
                    "limit": limit,
                    "cursor": cursor,
                    "ticker": ticker,
                    "refused": refused,
                    "evidence_class": evidence_class,
                    "asked_from": asked_from,
                    "asked_to": asked_to,
                }
            ),
            options=options,
        )

    async def show(self, ask_id: str, *, options: CallOptions | None = None) -> Reply[Ask]:
        """Show one of this account's asks as it was answered.

        GET /v1/filings/asks/{ask_id}, scope `filings:read`.
        """
        return await self._auspex.call(SHOW_FILING_ASK, Ask, path={"ask_id": ask_id}, options=options)
