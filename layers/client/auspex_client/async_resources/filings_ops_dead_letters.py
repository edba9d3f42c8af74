"""`client.filings.ops.dead_letters`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_ops import FilingsDeadLetter
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_ops_dead_letters import LIST_FILINGS_DEAD_LETTERS


class AsyncFilingsOpsDeadLetters(AsyncResource):
    """Operations of `filings.ops.dead_letters`."""

    async def list(
        self,
        *,
        stage: str | None = None,
        reason: str | None = None,
        ticker: str | None = None,
        redriven: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[FilingsDeadLetter]:
        """List dead letters of filings, newest first.

        `redriven`: Only redriven ones, or only those that were not. `limit`: Rows of the page. `cursor`: `next_cursor`
        of the page before, same filters.

        GET /v1/filings/ops/dead-letters, scope `admin`.
        """
        return await self._auspex.page(
            LIST_FILINGS_DEAD_LETTERS,
            FilingsDeadLetter,
            query=given(
                {
                    "stage": stage,
                    "reason": reason,
                    "ticker": ticker,
                    "redriven": redriven,
                    "limit": limit,
                    "cursor": cursor,
                }
            ),
            options=options,
        )
