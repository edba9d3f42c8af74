"""Play a season to its end many times, as one job.
Route: POST /v1/oracle/projections · Reads: oracle.competitions, matches · Writes: oracle.runs, shards, platform.jobs
Sends: SimulateShard · Fails: team-unknown, season-not-projectable, look-ahead, validation-failed, balance-too-small"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.oracle.create_projection import ProjectionCommand, create_projection
from auspex.oracle.prices import PROJECTION_PRICE
from auspex.oracle.projection_requests import CreateProjection
from auspex.platform.endpoint import CallCharge, Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.jobs import read_job
from auspex.platform.representations import JobOut

api = endpoint(__name__, scope="oracle:write")


@api.post("/v1/oracle/projections", status_code=202, response_model=JobOut, price=PROJECTION_PRICE)
async def create_oracle_projection(
    body: CreateProjection, caller: Caller, cause: RequestCause, charge: CallCharge, idempotency_key: IdempotencyKey
) -> JobOut:
    """Project a season: positions, zones and points of every team, with their simulation error."""
    command = ProjectionCommand(
        account_id=caller.account_id,
        request=body.model_dump(mode="json"),
        league=body.own_league(),
        competition=body.competition,
        season=body.season,
        as_of=body.as_of,
        n=body.n,
        seed=body.seed,
        levers=[lever.model_dump(mode="json") for lever in body.levers],
        idempotency_key=idempotency_key,
    )
    with transaction() as connection:
        job = create_projection(connection, clock=current_clock(), command=command, cause=cause)
    charge.note_balance(job.balance)
    return JobOut.of(read_job(connect(), account_id=caller.account_id, job_id=job.job_id))


handler = api.handler
