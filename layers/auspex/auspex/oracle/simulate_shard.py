"""Work on one shard of a job: rows of a batch, or seasons of a projection."""

from __future__ import annotations

from auspex.core.clock import Clock
from auspex.core.database import connect
from auspex.oracle.answer_rows import answer_rows
from auspex.oracle.batch_scores import partial_of
from auspex.oracle.finish_shard import finish_shard
from auspex.oracle.messages import SimulateShard
from auspex.oracle.project_season import play_shard
from auspex.oracle.run_store import Run, list_inputs, load_run, store_rows
from auspex.oracle.run_strengths import strengths_of_run
from auspex.platform.consumer import Delivery


def simulate_shard(delivery: Delivery[SimulateShard], *, clock: Clock) -> None:
    """Work on a shard and commit what it found with its unit. Safe to repeat, in any order, by many workers."""
    run = load_run(connect(), delivery.body.job_id)
    if run.kind == "batch":
        _answer_batch(delivery, run, clock=clock)
    else:
        _project(delivery, run, clock=clock)


def _answer_batch(delivery: Delivery[SimulateShard], run: Run, *, clock: Clock) -> None:
    body = delivery.body
    inputs = list_inputs(connect(), job_id=run.job_id, first=body.first, last=body.last)
    rows = answer_rows(connect(), inputs, options=run.input, at=clock.now())
    answered = [row for row in rows if row.result is not None]
    partial = partial_of(
        answered=len(answered), failed=len(rows) - len(answered),
        scores=[row.result["scores"] for row in answered if row.result and row.result.get("scores")],
    )  # fmt: skip
    finish_shard(
        delivery, run, partial=partial, items=len(answered), clock=clock,
        store=lambda connection: store_rows(connection, job_id=run.job_id, rows=rows),
    )  # fmt: skip


def _project(delivery: Delivery[SimulateShard], run: Run, *, clock: Clock) -> None:
    """Play a shard's seasons; the price counts shards, so that one is an item."""
    body = delivery.body
    strengths = strengths_of_run(connect(), run, at=clock.now())
    tally = play_shard(run.input, strengths, shard=body.shard, seasons=body.last - body.first + 1)
    finish_shard(delivery, run, partial=tally, items=1, clock=clock, store=lambda _: None)
