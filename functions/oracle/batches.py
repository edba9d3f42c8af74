"""Answer a list of fixtures, JSON or CSV, as one job.
Route: POST /v1/oracle/batches · Writes: oracle.runs, batch_rows, shards, platform.jobs · Sends: SimulateShard
Fails: batch-unreadable, batch-above-plan, validation-failed, body-too-large, balance-too-small"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import BATCH_BYTES_MAX
from auspex.oracle.batch_requests import CSV_EXAMPLE, AsOf, CreateBatch, Rejected
from auspex.oracle.create_batch import BatchCommand, create_batch
from auspex.oracle.model import Depth, ModelFamily
from auspex.oracle.prices import BATCH_PRICE
from auspex.oracle.run_store import load_run
from auspex.platform.endpoint import CallCharge, Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.jobs import read_job
from auspex.platform.replies import Representation
from auspex.platform.representations import JobOut

MEDIA_TYPES = frozenset({"application/json", "text/csv"})
CSV_BODY = {"requestBody": {"content": {"text/csv": {"schema": {"type": "string"}, "example": CSV_EXAMPLE}}}}
FOR_CSV = "What a CSV body has no place for; with a JSON body it may only repeat what that says"

api = endpoint(__name__, scope="oracle:write", body_bytes_max=BATCH_BYTES_MAX)


class BatchOut(Representation):
    """A batch's job, and what became of its rows at the door."""

    job: JobOut
    rows_accepted: int
    rows_rejected: list[Rejected]


@api.post(
    "/v1/oracle/batches", status_code=202, response_model=BatchOut, price=BATCH_PRICE, media_types=MEDIA_TYPES,
    openapi_extra=CSV_BODY | {"x-body-bytes-max": BATCH_BYTES_MAX},
)  # fmt: skip
async def create_oracle_batch(
    body: CreateBatch,
    caller: Caller,
    cause: RequestCause,
    charge: CallCharge,
    idempotency_key: IdempotencyKey,
    *,
    depth: Annotated[Depth | None, Query(description=FOR_CSV, examples=[Depth.HEADLINE])] = None,
    model: Annotated[ModelFamily | None, Query(description=FOR_CSV, examples=[ModelFamily.ELO])] = None,
    as_of: Annotated[AsOf | None, Query(description=FOR_CSV, examples=["row"])] = None,
    use_market: Annotated[bool | None, Query(description=FOR_CSV, examples=[False])] = None,
) -> BatchOut:
    """Answer up to 5,000 fixtures, each by itself; rows with a result are scored against base rate and market."""
    asked = body.with_options(depth=depth, model=model, as_of=as_of, use_market=use_market)
    command = BatchCommand(
        account_id=caller.account_id,
        plan=caller.plan,
        depth=asked.depth,
        options=asked.options(),
        rows=asked.rows(),
        rejected=[rejected.model_dump() for rejected in asked.rejected()],
        idempotency_key=idempotency_key,
    )
    with transaction() as connection:
        job = create_batch(connection, clock=current_clock(), command=command, cause=cause)
    charge.note_balance(job.balance)
    view = read_job(connect(), account_id=caller.account_id, job_id=job.job_id)
    run = load_run(connect(), job.job_id)
    return BatchOut(
        job=JobOut.of(view), rows_accepted=len(command.rows),
        rows_rejected=[Rejected.model_validate(row) for row in run.rejected],
    )  # fmt: skip


handler = api.handler
