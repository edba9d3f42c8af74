"""`client.ops.schedules`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions
from auspex_client.models.ops_schedules import Schedule
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.ops_schedules import LIST_SCHEDULE_RUNS


class AsyncOpsSchedules(AsyncResource):
    """Operations of `ops.schedules`."""

    async def list(self, *, options: CallOptions | None = None) -> AsyncPage[Schedule]:
        """List schedules by name with their last run, its outcome and the next expected one.

        GET /v1/ops/schedules, scope `admin`.
        """
        return await self._auspex.page(LIST_SCHEDULE_RUNS, Schedule, options=options)
