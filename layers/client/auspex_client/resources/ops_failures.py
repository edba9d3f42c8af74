"""`client.ops.failures`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.ops_failures import Failure
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_DELIVERY_FAILURES = Operation("list_delivery_failures", "GET", "/v1/ops/failures")


class OpsFailures(Resource):
    """Operations of `ops.failures`."""

    def list(
        self,
        *,
        stage: str | None = None,
        queue: str | None = None,
        job_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Failure]:
        """List failed attempts, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/ops/failures, scope `admin`.
        """
        return self._auspex.page(
            LIST_DELIVERY_FAILURES,
            Failure,
            query=given({"stage": stage, "queue": queue, "job_id": job_id, "limit": limit, "cursor": cursor}),
            options=options,
        )
