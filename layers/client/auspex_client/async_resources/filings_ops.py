"""`client.filings.ops`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.async_resources.filings_ops_dead_letters import AsyncFilingsOpsDeadLetters
from auspex_client.async_resources.filings_ops_redrives import AsyncFilingsOpsRedrives
from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_ops import FilingsHealth
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_ops import SHOW_FILINGS_HEALTH

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncFilingsOps(AsyncResource):
    """Operations of `filings.ops`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.dead_letters = AsyncFilingsOpsDeadLetters(auspex)
        self.redrives = AsyncFilingsOpsRedrives(auspex)

    async def health(
        self, *, window_minutes: int | None = None, options: CallOptions | None = None
    ) -> Reply[FilingsHealth]:
        """Show queues, filings by status, the use of EDGAR's budget, the feed, and failures by reason.

        GET /v1/filings/ops/health, scope `admin`.
        """
        return await self._auspex.call(
            SHOW_FILINGS_HEALTH, FilingsHealth, query=given({"window_minutes": window_minutes}), options=options
        )
