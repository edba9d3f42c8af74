"""Show a job to its owner.
Route: GET /v1/jobs/{job_id} · Reads: platform.jobs, job_units, job_events · Fails: not-found"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from auspex.core.database import connect
from auspex.platform.endpoint import ANY_SCOPE, Caller, endpoint
from auspex.platform.jobs import read_job
from auspex.platform.representations import JobOut

api = endpoint(__name__, scope=ANY_SCOPE)
JobId = Annotated[str, Path(pattern=r"^job_[0-9A-HJKMNP-TV-Z]{26}$", examples=["job_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])]


@api.get("/v1/jobs/{job_id}", response_model=JobOut)
async def show_job(job_id: JobId, caller: Caller) -> JobOut:
    """Show state, progress, units and timeline of a job."""
    return JobOut.of(read_job(connect(), account_id=caller.account_id, job_id=job_id))


handler = api.handler
