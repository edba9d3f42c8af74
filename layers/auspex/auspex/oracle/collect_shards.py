"""Put the shards of a job together once none of them is under way: totals of a batch, the table of a projection."""

from __future__ import annotations

from typing import Any

from auspex.core.clock import Clock
from auspex.core.database import Connection, connect, transaction
from auspex.oracle.finish_shard import hold_unit
from auspex.oracle.job_problems import NothingAnswered
from auspex.oracle.messages import CollectShards
from auspex.oracle.run_store import Run, count_shards_alive, list_partials, load_run, store_projection, store_totals
from auspex.oracle.totals import totals_of_run
from auspex.platform.consumer import Delivery
from auspex.platform.jobs import fail_unit, succeed_unit


def collect_shards(delivery: Delivery[CollectShards], *, clock: Clock) -> None:
    """End a job's last unit with what its finished shards add up to; it fails where none came to an end.

    While a shard is under way nothing happens: the last one sends this command again.
    """
    body, at = delivery.body, clock.now()
    run = load_run(connect(), body.job_id)
    with transaction() as connection:
        hold_unit(connection, body, stage="collect", at=at)
        if count_shards_alive(connection, job_id=run.job_id):
            return
        delivery.mark(connection, at=at)
        partials = list_partials(connection, job_id=run.job_id)
        if not partials:
            problem = NothingAnswered(detail="Every part of the job failed.")
            fail_unit(connection, kind=body.unit_kind, unit_key=body.unit_key, problem=problem, at=at)
            return
        _store(connection, run, totals_of_run(run, partials))
        succeed_unit(connection, kind=body.unit_kind, unit_key=body.unit_key, at=at, result={"shards": len(partials)})


def _store(connection: Connection, run: Run, totals: dict[str, Any]) -> None:
    store_totals(connection, job_id=run.job_id, totals=totals)
    if run.kind == "projection":
        store_projection(connection, job_id=run.job_id, table=totals["table"], meta=totals["meta"])
