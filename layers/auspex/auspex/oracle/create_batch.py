"""Accept a list of fixtures as one job: a unit per hundred rows, and one that puts the shards together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection
from auspex.core.fingerprints import sha256_of_json
from auspex.core.ids import new_ulid
from auspex.core.limits import BATCH_ROWS_FREE_MAX, SHARD_ROWS
from auspex.core.messages import Cause, wrap
from auspex.core.problems import pointer_error
from auspex.oracle.job_problems import BatchAbovePlan
from auspex.oracle.messages import BATCH_KIND, RESULT_PATH, CollectShards, SimulateShard, collect_unit, shard_unit
from auspex.oracle.model import Depth
from auspex.oracle.prices import BATCH_BASE_TOKENS, BATCH_ROWS_PER_PRICE, batch_row_tokens, batch_tokens
from auspex.oracle.run_store import Run, RunKind, Shard, insert_run
from auspex.platform.jobs import CreatedJob, Meter, NewJob, create_job, note_unit_starts

ROUTE = "POST /v1/oracle/batches"
FREE_PLAN = "free"


@dataclass(frozen=True, slots=True)
class BatchCommand:
    """What a caller asks for: `rows` by their numbers as `batch_rows.BatchFixture` holds them, `rejected` as shown."""

    account_id: str
    plan: str
    depth: Depth
    options: dict[str, Any]
    rows: Sequence[tuple[int, dict[str, Any]]]
    rejected: list[dict[str, Any]]
    idempotency_key: str | None = None


def create_batch(connection: Connection, *, clock: Clock, command: BatchCommand, cause: Cause) -> CreatedJob:
    """Create the job, its rows and its messages in the caller's transaction.

    It costs 1 and a tenth of the depth's price a row that is answered. Raises BatchAbovePlan, and what creating a job
    raises.
    """
    if command.plan == FREE_PLAN and len(command.rows) > BATCH_ROWS_FREE_MAX:
        message = f"{len(command.rows)} rows; the free plan allows {BATCH_ROWS_FREE_MAX}"
        raise BatchAbovePlan(detail=message, errors=[pointer_error("/fixtures", message)])
    run = new_ulid()
    shards = cut_rows([number for number, _ in command.rows])
    meter = Meter(base=BATCH_BASE_TOKENS, tokens=batch_row_tokens(command.depth), per=BATCH_ROWS_PER_PRICE)
    job = create_job(
        connection,
        NewJob(
            account_id=command.account_id, result_path=RESULT_PATH,
            kind=BATCH_KIND, route=ROUTE, units=units_of(run, shards),
            request=command.options | {
                "rows": len(command.rows), "rows_sha256": sha256_of_json([list(row) for row in command.rows]),
                "rejected_sha256": sha256_of_json(command.rejected),
            },
            idempotency_key=command.idempotency_key, meter=meter, is_analysis=True,
            quote=batch_tokens(command.depth, rows=len(command.rows)),
        ),
        cause=cause, at=clock.now(),
    )  # fmt: skip
    if job.created:
        kept = Run(job.job_id, command.account_id, run, "batch", command.options, command.rejected)
        insert_run(connection, kept, shards=shards, rows=command.rows)
        begin_shards(connection, kept, BATCH_KIND, shards, cause=cause, clock=clock)
    return job


def cut_rows(numbers: Sequence[int]) -> list[Shard]:
    """Return shards of a hundred rows by the rows' ascending numbers; rejected rows leave gaps in them."""
    starts = range(0, len(numbers), SHARD_ROWS)
    cuts = [numbers[start : start + SHARD_ROWS] for start in starts]
    return [Shard(shard, cut[0], cut[-1]) for shard, cut in enumerate(cuts)]


def units_of(run: str, shards: Sequence[Shard]) -> list[str]:
    """Return the units of a job: its shards and their collection."""
    return [*(shard_unit(run, shard.shard) for shard in shards), collect_unit(run)]


def begin_shards(
    connection: Connection, run: Run, unit_kind: str, shards: Sequence[Shard], *, cause: Cause, clock: Clock
) -> None:
    """Send every shard's message; the collection waits for the last of them. A redrive begins what is missing alike."""
    kind: RunKind = run.kind
    starts = [
        SimulateShard(
            unit_kind=unit_kind, unit_key=shard_unit(run.run, shard.shard), job_id=run.job_id, kind=kind,
            shard=shard.shard, first=shard.first, last=shard.last,
        )
        for shard in shards
    ]  # fmt: skip
    collect = CollectShards(unit_kind=unit_kind, unit_key=collect_unit(run.run), job_id=run.job_id)
    note_unit_starts(connection, job_id=run.job_id, starts=[*starts, collect])
    cause = cause.model_copy(update={"job_id": run.job_id})
    for start in starts:
        key = f"simulate:{run.job_id}:{start.shard}"
        outbox.enqueue(connection, wrap(start, dedup_key=key, cause=cause), at=clock.now())
