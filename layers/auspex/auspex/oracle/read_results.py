"""Read what a job found: rows of a batch page by page or as one CSV, the table of a projection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection
from auspex.core.limits import PAGE_ROWS_MAX
from auspex.oracle.job_problems import JobNotFinished
from auspex.oracle.results_csv import rows_csv, table_csv
from auspex.oracle.run_store import Run, list_partials, list_results, load_run
from auspex.oracle.totals import totals_of_run
from auspex.platform.jobs import read_job

ALIVE = frozenset({"queued", "running"})
CSV_PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what a job found; `rows` are empty for a projection, `table` is for a batch."""

    run: Run
    status: str
    rows: list[dict[str, Any]]
    totals: dict[str, Any] | None
    next_cursor: str | None


def read_results(connection: Connection, *, account_id: str, job_id: str, cursor: str | None) -> Results:
    """Return a page of an ended job's results, a hundred rows of a batch at most.

    Raises NotFound for another account's or another product's job, JobNotFinished, MalformedRequest for a cursor of
    another list.
    """
    run, status = _load_ended(connection, account_id, job_id)
    filters = {"list": "oracle.results", "account_id": account_id, "job_id": job_id}
    after = int(decode_cursor(cursor, filters=filters)[0]) if cursor else 0
    rows = list_results(connection, job_id=job_id, after=after, rows_max=PAGE_ROWS_MAX + 1)
    more = len(rows) > PAGE_ROWS_MAX
    rows = rows[:PAGE_ROWS_MAX]
    following = encode_cursor([rows[-1]["row_no"]], filters=filters) if more else None
    return Results(run, status, rows, _totals(connection, run), following)


def read_results_csv(connection: Connection, *, account_id: str, job_id: str) -> str:
    """Return all results of an ended job as CSV. Raises NotFound, JobNotFinished."""
    run, _ = _load_ended(connection, account_id, job_id)
    if run.kind == "projection":
        return table_csv((_totals(connection, run) or {}).get("table", []))
    return rows_csv(_every_row(connection, job_id))


def _every_row(connection: Connection, job_id: str) -> Iterator[dict[str, Any]]:
    after = 0
    while rows := list_results(connection, job_id=job_id, after=after, rows_max=CSV_PAGE_ROWS):
        yield from rows
        after = rows[-1]["row_no"]


def _load_ended(connection: Connection, account_id: str, job_id: str) -> tuple[Run, str]:
    job = read_job(connection, account_id=account_id, job_id=job_id).job
    run = load_run(connection, job_id)
    if job["status"] in ALIVE:
        raise JobNotFinished(detail=f"The job {job_id} is {job['status']}, {job['progress']} % done.")
    return run, str(job["status"])


def _totals(connection: Connection, run: Run) -> dict[str, Any] | None:
    """Return the totals, of the finished shards alone where the job ended before they were collected."""
    if run.totals is not None:
        return run.totals
    partials = list_partials(connection, job_id=run.job_id)
    return totals_of_run(run, partials) if partials else None
