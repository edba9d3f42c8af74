"""End a shard: what it found, its mark and its unit commit together, and the last one begins the collection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, transaction
from auspex.core.faults import fault_point
from auspex.core.messages import UnitCommand, wrap
from auspex.oracle.messages import CollectShards, SimulateShard, collect_unit
from auspex.oracle.run_store import Run, count_shards_alive, end_shard
from auspex.platform.consumer import Delivery, Unwanted
from auspex.platform.jobs import advance_unit, succeed_unit, unit_is_wanted

PROGRESS_BEFORE_COMMIT = 99


def finish_shard(
    delivery: Delivery[SimulateShard], run: Run, *, partial: dict[str, Any], items: int, clock: Clock,
    store: Callable[[Connection], None],
) -> None:  # fmt: skip
    """Commit a shard once. `items` is what it delivered, by the job's meter. A job that was cancelled gets nothing."""
    body, at = delivery.body, clock.now()
    fault_point("oracle-shard.computed")
    with transaction() as connection:
        delivery.mark(connection, at=at)
        store(connection)
        hold_unit(connection, body, stage="simulate", at=at)
        end_shard(connection, job_id=run.job_id, shard=body.shard, partial=partial, attempts=delivery.attempt, at=at)
        succeed_unit(
            connection, kind=body.unit_kind, unit_key=body.unit_key, items=items, at=at,
            result={"shard": body.shard, "first": body.first, "last": body.last, "items": items},
        )  # fmt: skip
        if count_shards_alive(connection, job_id=run.job_id) == 0:
            collect = CollectShards(unit_kind=body.unit_kind, unit_key=collect_unit(run.run), job_id=run.job_id)
            key = f"collect:{delivery.envelope.dedup_key}"
            outbox.enqueue(connection, wrap(collect, dedup_key=key, cause=delivery.cause), at=at)
        fault_point("oracle-shard.uncommitted")
    fault_point("oracle-shard.committed")


def hold_unit(connection: Connection, body: UnitCommand, *, stage: str, at: datetime) -> None:
    """Take the lock of the job that waits for a unit, so that nobody ends it before this commit.

    Raises Unwanted where it ended first: cancelled, expired, or done by a twin.
    """
    advance_unit(
        connection, kind=body.unit_kind, unit_key=body.unit_key, stage=stage, progress=PROGRESS_BEFORE_COMMIT, at=at
    )
    if not unit_is_wanted(connection, kind=body.unit_kind, unit_key=body.unit_key):
        raise Unwanted
