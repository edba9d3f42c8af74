"""`client.ops`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.ops import Metrics, Queues
from auspex_client.replies import Reply
from auspex_client.resource import Resource
from auspex_client.resources.ops_dead_letters import OpsDeadLetters
from auspex_client.resources.ops_failures import OpsFailures
from auspex_client.resources.ops_schedules import OpsSchedules

if TYPE_CHECKING:
    from auspex_client.client import Auspex


READ_OPERATION_METRICS = Operation("read_operation_metrics", "GET", "/v1/ops/metrics")
READ_QUEUES = Operation("read_queues", "GET", "/v1/ops/queues")


class Ops(Resource):
    """Operations of `ops`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.dead_letters = OpsDeadLetters(auspex)
        self.failures = OpsFailures(auspex)
        self.schedules = OpsSchedules(auspex)

    def metrics(self, *, window_minutes: int | None = None, options: CallOptions | None = None) -> Reply[Metrics]:
        """Count messages, dead letters, jobs and schedule runs of the last minutes.

        GET /v1/ops/metrics, scope `admin`.
        """
        return self._auspex.call(
            READ_OPERATION_METRICS, Metrics, query=given({"window_minutes": window_minutes}), options=options
        )

    def queues(self, *, options: CallOptions | None = None) -> Reply[Queues]:
        """Show the depth of every queue and what the outbox still has to send.

        GET /v1/ops/queues, scope `admin`.
        """
        return self._auspex.call(READ_QUEUES, Queues, options=options)
