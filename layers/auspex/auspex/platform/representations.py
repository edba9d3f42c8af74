"""Response models that several functions share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from auspex.platform.jobs import JobView
from auspex.platform.replies import Representation


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
    status: Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"]
    progress: int
    stage: str
    waiting_on: str | None
    units: UnitCounts
    items: list[UnitOut]
    attempts: int
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
                "links": {"self": f"/v1/jobs/{job['job_id']}"},
            }
        )
