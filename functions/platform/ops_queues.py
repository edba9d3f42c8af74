"""Show how many messages wait where, for operators.
Route: GET /v1/ops/queues · Reads: SQS, platform.outbox · Fails: nothing of its own"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.operations import list_queue_depths, read_outbox_backlog
from auspex.platform.replies import Representation

api = endpoint(__name__, scope="admin")


class QueueOut(Representation):
    """A queue, its name without the deployment's prefix; counts are SQS's, which are approximate."""

    queue: Annotated[str, Field(examples=["filings-ingestion"])]
    dead_letters: Annotated[bool, Field(description="Whether it takes what another queue could not deliver")]
    visible: Annotated[int, Field(examples=[3])]
    in_flight: Annotated[int, Field(examples=[1])]
    delayed: Annotated[int, Field(examples=[0])]


class OutboxOut(Representation):
    """Committed messages not sent yet; what is due is sent within a minute."""

    unsent: Annotated[int, Field(examples=[4])]
    due: Annotated[int, Field(examples=[0])]
    oldest_due_seconds: Annotated[float | None, Field(description="How long the oldest due message waits")]


class QueuesOut(Representation):
    """Every queue of this deployment, and the outbox before them."""

    measured_at: datetime
    queues: list[QueueOut]
    outbox: OutboxOut


@api.get("/v1/ops/queues", response_model=QueuesOut)
async def read_queues(_: Caller) -> QueuesOut:
    """Show the depth of every queue and what the outbox still has to send."""
    at = current_clock().now()
    queues = [QueueOut.model_validate(depth, from_attributes=True) for depth in list_queue_depths()]
    backlog = OutboxOut.model_validate(read_outbox_backlog(connect(), at=at), from_attributes=True)
    return QueuesOut(measured_at=at, queues=queues, outbox=backlog)


handler = api.handler
