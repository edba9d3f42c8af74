"""Response models that several functions share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from auspex.platform.jobs import JobView
from auspex.platform.replies import Representation

JobId = Annotated[str, Field(pattern=r"^job_[0-9A-HJKMNP-TV-Z]{26}$", examples=["job_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])]
JobKind = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z_]+$", max_length=100, examples=["filings.ingestion"])]
JobStatus = Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"]
MessageName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$", examples=["filings-ingestion"])]
"""The name of a stage, a queue (without the deployment's prefix) or a reason."""


class UnitCounts(Representation):
    """How many units a job has, by state."""

    total: int
    done: int
    failed: int


class UnitOut(Representation):
    """One unit of a job: an accession, or a scan until it is known which."""

    key: str
    state: Literal["queued", "running", "succeeded", "failed", "released"]
    progress: int
    result: dict[str, Any] | None
    problem: dict[str, Any] | None


class TimelineEntry(Representation):
    """One thing that happened to a job."""

    at: datetime
    event: str
    detail: dict[str, Any]


class JobOut(Representation):
    """A job as its owner sees it."""

    job_id: str
    kind: str
    status: JobStatus
    progress: int
    stage: str
    waiting_on: str | None
    units: UnitCounts
    items: list[UnitOut]
    attempts: int
    quote: Annotated[int, Field(description="Tokens reserved at most")]
    cost: Annotated[int, Field(description="Tokens paid for units delivered; final once the job has ended")]
    problem: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime
    request_id: str
    timeline: list[TimelineEntry]
    links: dict[str, str]

    @classmethod
    def of(cls, view: JobView) -> Self:
        """Show a job with its units and timeline."""
        job = view.job
        return cls.model_validate(
            {
                **{name: job.get(name) for name in cls.model_fields if name in job},
                "units": UnitCounts(total=job["units_total"], done=job["units_done"], failed=job["units_failed"]),
                "items": [UnitOut.model_validate(unit | {"key": unit["unit_key"]}) for unit in view.units],
                "timeline": view.timeline,
                "links": {"self": f"/v1/jobs/{job['job_id']}"}
                | ({"result": job["result_path"]} if job.get("result_path") else {}),
            }
        )
