"""Have a filing worked on again, for operators.
Route: POST /v1/filings/accessions/{accession}/replays · Reads: filings.filings, checkpoints
Writes: filings.filings, events, platform.jobs · Sends: FetchFiling, AnalyzeFiling or IndexFiling
Fails: not-found, filing-not-ready, idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.filings.replay_filing import ReplayCommand, create_replay
from auspex.filings.representations import Accession
from auspex.platform.endpoint import Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.jobs import read_job
from auspex.platform.replies import Representation, Request
from auspex.platform.representations import JobOut

api = endpoint(__name__, scope="admin")


class CreateReplay(Request):
    """From where: `auto` goes on at the first unfinished node, `analysis` reads the stored text in a new run, `index`
    builds a new index version of the newest run. What was there is shown until the new one is complete."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mode": "auto"}]})

    mode: Literal["auto", "analysis", "index"]


class ReplayOut(Representation):
    """The job, what the mode came to (`none`: the filing is complete), and the node that the work goes on with."""

    job: JobOut
    mode_resolved: Literal["ingestion", "analysis", "index", "none"]
    first_node: Annotated[str | None, Field(examples=["chunk"])]


@api.post("/v1/filings/accessions/{accession}/replays", status_code=202, response_model=ReplayOut)
async def replay_filing(
    accession: Accession, body: CreateReplay, caller: Caller, cause: RequestCause, idempotency_key: IdempotencyKey
) -> ReplayOut:
    """Begin a replay; it is never charged."""
    command = ReplayCommand(
        account_id=caller.account_id, accession=accession, mode=body.mode, idempotency_key=idempotency_key
    )
    with transaction() as connection:
        replay = create_replay(connection, clock=current_clock(), command=command, cause=cause)
    job = JobOut.of(read_job(connect(), account_id=caller.account_id, job_id=replay.job.job_id))
    return ReplayOut(job=job, mode_resolved=replay.mode_resolved, first_node=replay.first_node)


handler = api.handler
