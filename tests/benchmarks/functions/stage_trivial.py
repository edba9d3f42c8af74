"""Leave one row per message and send one on, so that what remains is the shell's own work.
Queue: benchmark-work · Writes: benchmark.effects · Sends: LeaveRow

SQS is not measured: a client that accepts everything at once stands in its place."""

from __future__ import annotations

from typing import ClassVar

from stand_ins import AcceptingQueues  # type: ignore[import-not-found] # beside this file in the measured process

from auspex.core.aws import use_client
from auspex.core.clock import current_clock
from auspex.core.database import transaction
from auspex.core.messages import Command, wrap
from auspex.core.outbox import enqueue
from auspex.platform.consumer import Delivery, consumer


class LeaveRow(Command):
    """Leave one row under a key."""

    schema_name: ClassVar[str] = "benchmark.leave_row.v1"
    queue: ClassVar[str] = "benchmark-next"

    key: str


worker = consumer(__name__, stage="benchmark-work")


@worker.command(LeaveRow)
def leave_row(delivery: Delivery[LeaveRow]) -> None:
    """Commit the effect, the next stage's message and the mark together."""
    at, key = current_clock().now(), delivery.body.key
    with transaction() as connection:
        connection.execute("INSERT INTO benchmark.effects (key) VALUES (%s)", (key,))
        enqueue(connection, wrap(LeaveRow(key=key), dedup_key=f"next:{key}", cause=delivery.cause), at=at)
        delivery.mark(connection, at=at)


use_client("sqs", AcceptingQueues())
handler = worker.handler
