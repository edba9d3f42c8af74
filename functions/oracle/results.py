"""Read what a batch or a projection found.
Route: GET /v1/oracle/results/{job_id} · Reads: oracle.runs, batch_rows, shards, platform.jobs
Fails: not-found, job-not-finished"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from starlette.responses import Response

from auspex.core.database import connect
from auspex.oracle.read_results import Results, read_results, read_results_csv
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Cursor, Representation
from auspex.platform.representations import JobId, JobStatus

CSV_REPLY = {"responses": {"200": {"content": {"text/csv": {"schema": {"type": "string"}}}}}}

api = endpoint(__name__, scope="oracle:read")


class RowOut(Representation):
    """A row of a batch: its answer or its error; `scores` where the row stated its result."""

    row: int
    client_reference: str | None
    params_version: str | None
    result: dict[str, Any] | None
    scores: dict[str, Any] | None
    error: dict[str, Any] | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> RowOut:
        """Show a stored row."""
        found = row["result"] or {}
        return cls(
            row=row["row_no"], client_reference=row["input"].get("client_reference"), result=found.get("answer"),
            params_version=found.get("params_version"), scores=found.get("scores"), error=row["error"],
        )  # fmt: skip


class ResultsOut(Representation):
    """A page of a batch's rows with the totals of all, or a projection's totals: its table and how it was made."""

    job_id: str
    kind: Literal["batch", "projection"]
    status: JobStatus
    request: dict[str, Any]
    rows: list[RowOut]
    rows_rejected: list[dict[str, Any]]
    totals: dict[str, Any] | None
    has_more: bool
    next_cursor: str | None

    @classmethod
    def of(cls, found: Results) -> ResultsOut:
        """Show one page."""
        run = found.run
        shown = {
            "job_id": run.job_id, "kind": run.kind, "status": found.status, "request": run.input,
            "rows_rejected": run.rejected, "rows": [RowOut.of(row) for row in found.rows], "totals": found.totals,
            "has_more": found.next_cursor is not None, "next_cursor": found.next_cursor,
        }  # fmt: skip
        return cls.model_validate(shown)


@api.get("/v1/oracle/results/{job_id}", response_model=ResultsOut, openapi_extra=CSV_REPLY)
async def show_oracle_results(
    job_id: JobId,
    caller: Caller,
    shown_as: Annotated[
        Literal["json", "csv"], Query(alias="format", description="`csv` holds every row or team at once")
    ] = "json",
    cursor: Cursor = None,
) -> ResultsOut | Response:
    """Show what an ended job found: its rows page by page, or its table."""
    if shown_as == "csv":
        text = read_results_csv(connect(), account_id=caller.account_id, job_id=job_id)
        return Response(text, media_type="text/csv")
    found = read_results(connect(), account_id=caller.account_id, job_id=job_id, cursor=cursor)
    return ResultsOut.of(found)


handler = api.handler
