"""`client.ops.schedules`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation
from auspex_client.models.ops_schedules import Schedule
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_SCHEDULE_RUNS = Operation("list_schedule_runs", "GET", "/v1/ops/schedules")


class OpsSchedules(Resource):
    """Operations of `ops.schedules`."""

    def list(self, *, options: CallOptions | None = None) -> Page[Schedule]:
        """List schedules by name with their last run, its outcome and the next expected one.

        GET /v1/ops/schedules, scope `admin`.
        """
        return self._auspex.page(LIST_SCHEDULE_RUNS, Schedule, options=options)
