"""Do the toy's work.
Queue: toy-work · Writes: toy.effects · Sends: DoWork · Fails: as the message's kind says"""

from __future__ import annotations

from tests.harness.toy.contracts import DoWork, WorkRefused

from auspex.core.clock import current_clock
from auspex.core.database import transaction
from auspex.core.faults import fault_point
from auspex.core.messages import wrap
from auspex.core.outbox import enqueue
from auspex.platform.consumer import Defer, Delivery, consumer
from auspex.platform.jobs import succeed_unit

worker = consumer(__name__, stage="toy-work")


@worker.command(DoWork)
def do_work(delivery: Delivery[DoWork]) -> None:
    """Do what the message asks for."""
    body, at = delivery.body, current_clock().now()
    if body.kind == "refuse":
        raise WorkRefused(detail="No.", node="decide")
    if body.kind == "fail_always" or (body.kind == "fail_twice" and delivery.attempt <= 2):
        raise RuntimeError(f"attempt {delivery.attempt} of {body.key} broke")
    if body.kind == "defer_always" or (body.kind == "defer_once" and delivery.envelope.deferrals == 0):
        raise Defer(None if body.kind == "defer_always" else 120, reason="the source pauses", waiting_on="source")
    with transaction() as connection:
        connection.execute("INSERT INTO toy.effects (key) VALUES (%s)", (body.key,))
        fault_point("toy-work.effect")
        if body.follow_up is not None:
            follow_up = DoWork(key=body.follow_up)
            enqueue(connection, wrap(follow_up, dedup_key=body.follow_up, cause=delivery.cause), at=at)
        if body.unit_key:
            succeed_unit(connection, kind=body.unit_kind, unit_key=body.unit_key, result={}, at=at)
        delivery.mark(connection, at=at)


handler = worker.handler
