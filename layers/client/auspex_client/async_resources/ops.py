"""`client.ops`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.async_resources.ops_dead_letters import AsyncOpsDeadLetters
from auspex_client.async_resources.ops_failures import AsyncOpsFailures
from auspex_client.async_resources.ops_schedules import AsyncOpsSchedules
from auspex_client.calls import CallOptions, given
from auspex_client.models.ops import Metrics, Queues
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.ops import READ_OPERATION_METRICS, READ_QUEUES

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncOps(AsyncResource):
    """Operations of `ops`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.dead_letters = AsyncOpsDeadLetters(auspex)
        self.failures = AsyncOpsFailures(auspex)
        self.schedules = AsyncOpsSchedules(auspex)

    async def metrics(self, *, window_minutes: int | None = None, options: CallOptions | None = None) -> Reply[Metrics]:
        """Count messages, dead letters, jobs and schedule runs of the last minutes.

        GET /v1/ops/metrics, scope `admin`.
        """
        return await self._auspex.call(
            READ_OPERATION_METRICS, Metrics, query=given({"window_minutes": window_minutes}), options=options
        )

    async def queues(self, *, options: CallOptions | None = None) -> Reply[Queues]:
        """Show the depth of every queue and what the outbox still has to send.

        GET /v1/ops/queues, scope `admin`.
        """
        return await self._auspex.call(READ_QUEUES, Queues, options=options)
