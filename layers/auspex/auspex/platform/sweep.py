"""The minute's housekeeping: the outbox's second chance, jobs that ran out of time, schedules that died unheard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.core import outbox
from auspex.core.database import connect, transaction
from auspex.platform.bookkeeping import forget_expired, release_forgotten_reservations
from auspex.platform.deliveries import end_abandoned_schedule_runs
from auspex.platform.jobs import expire_overdue_jobs


def sweep_deliveries(at: datetime) -> dict[str, Any]:
    """Send unsent and due outbox rows until none is left, expire overdue jobs, give back what nobody
    claims, forget what expired, end schedule runs whose process died; return the counts.

    Queues take turns, a batch each: one that takes nothing, or has more than fits into a minute, holds up no other.
    """
    sent = 0
    waiting = outbox.list_due_queues(connect(), at=at)
    while waiting:
        unfinished = []
        for queue in waiting:
            with transaction() as connection:
                batch = outbox.sweep(connection, queue=queue, at=at)
            sent += batch.sent
            if batch.goes_on:
                unfinished.append(queue)
        waiting = unfinished
    with transaction() as connection:
        expired = expire_overdue_jobs(connection, at=at)
    with transaction() as connection:
        released = release_forgotten_reservations(connection, at=at)
        forgotten = forget_expired(connection, at=at)
    with transaction() as connection:
        abandoned = end_abandoned_schedule_runs(connection, at=at)
    return {
        "sent": sent, "expired": expired, "released": released, "forgotten": forgotten, "abandoned_runs": abandoned,
    }  # fmt: skip
