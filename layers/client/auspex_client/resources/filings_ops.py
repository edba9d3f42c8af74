"""`client.filings.ops`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.filings_ops import FilingsHealth
from auspex_client.replies import Reply
from auspex_client.resource import Resource
from auspex_client.resources.filings_ops_dead_letters import FilingsOpsDeadLetters
from auspex_client.resources.filings_ops_redrives import FilingsOpsRedrives

if TYPE_CHECKING:
    from auspex_client.client import Auspex


SHOW_FILINGS_HEALTH = Operation("show_filings_health", "GET", "/v1/filings/ops/health")


class FilingsOps(Resource):
    """Operations of `filings.ops`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.dead_letters = FilingsOpsDeadLetters(auspex)
        self.redrives = FilingsOpsRedrives(auspex)

    def health(self, *, window_minutes: int | None = None, options: CallOptions | None = None) -> Reply[FilingsHealth]:
        """Show queues, filings by status, the use of EDGAR's budget, the feed, and failures by reason.

        GET /v1/filings/ops/health, scope `admin`.
        """
        return self._auspex.call(
            SHOW_FILINGS_HEALTH, FilingsHealth, query=given({"window_minutes": window_minutes}), options=options
        )
