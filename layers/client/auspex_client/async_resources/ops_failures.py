"""`client.ops.failures`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.ops_failures import Failure
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.ops_failures import LIST_DELIVERY_FAILURES


class AsyncOpsFailures(AsyncResource):
    """Operations of `ops.failures`."""

    async def list(
        self,
        *,
        stage: str | None = None,
        queue: str | None = None,
        job_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[Failure]:
        """List failed attempts, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/ops/failures, scope `admin`.
        """
        return await self._auspex.page(
            LIST_DELIVERY_FAILURES,
            Failure,
            query=given({"stage": stage, "queue": queue, "job_id": job_id, "limit": limit, "cursor": cursor}),
            options=options,
        )
