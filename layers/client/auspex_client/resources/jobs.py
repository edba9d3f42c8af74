"""`client.jobs`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.shared import Job
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_OWN_JOBS = Operation("list_own_jobs", "GET", "/v1/jobs")
SHOW_JOB = Operation("show_job", "GET", "/v1/jobs/{job_id}")
CANCEL_OWN_JOB = Operation("cancel_own_job", "POST", "/v1/jobs/{job_id}/cancel")
REDRIVE_OWN_JOB = Operation("redrive_own_job", "POST", "/v1/jobs/{job_id}/redrive")


class Jobs(Resource):
    """Operations of `jobs`."""

    def list(
        self,
        *,
        kind: str | None = None,
        status: Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Job]:
        """List this account's jobs of every product, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/jobs, any key.
        """
        return self._auspex.page(
            LIST_OWN_JOBS,
            Job,
            query=given({"kind": kind, "status": status, "limit": limit, "cursor": cursor}),
            options=options,
        )

    def show(self, job_id: str, *, options: CallOptions | None = None) -> Reply[Job]:
        """Show state, progress, units and timeline of a job.

        GET /v1/jobs/{job_id}, any key.
        """
        return self._auspex.call(SHOW_JOB, Job, path={"job_id": job_id}, options=options)

    def cancel(self, job_id: str, *, options: CallOptions | None = None) -> Reply[Job]:
        """Cancel a live job: its open units are released, what is done stays, no further step begins for it alone.

        Needs `<product>:write` of the job's product.

        POST /v1/jobs/{job_id}/cancel, any key.
        """
        return self._auspex.call(CANCEL_OWN_JOB, Job, path={"job_id": job_id}, options=options)

    def redrive(self, job_id: str, *, options: CallOptions | None = None) -> Reply[Job]:
        """Do the failed and released units of a job again, and only those; a second call changes nothing.

        Needs `<product>:write` of the job's product.

        POST /v1/jobs/{job_id}/redrive, any key.
        """
        return self._auspex.call(REDRIVE_OWN_JOB, Job, path={"job_id": job_id}, options=options)
