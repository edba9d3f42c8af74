"""`auspex jobs …`."""

from __future__ import annotations

import time
from typing import Any

import click

from auspex_client.cli import exit_codes
from auspex_client.cli.session import Session, command, rows_option
from auspex_client.jobs import WAIT_SECONDS_MAX
from auspex_client.models import Job
from auspex_client.replies import Reply

STATUSES = ["queued", "running", "succeeded", "failed", "cancelled", "expired"]
COLUMNS = {
    "job": "job_id", "kind": "kind", "status": "status", "%": "progress", "stage": "stage", "units": "units.total",
    "failed": "units.failed", "created": "created_at",
}  # fmt: skip
UNIT_COLUMNS = {"unit": "key", "state": "state", "%": "progress", "problem": "problem.code"}
timeout_option = click.option(
    "--timeout", "timeout_seconds", type=float, default=WAIT_SECONDS_MAX, show_default=True, help="Seconds to wait."
)


@click.group()
def jobs() -> None:
    """Jobs of the account: list, show, watch, cancel, redrive."""


@command(jobs, "list")
@click.option("--kind", help="Such as filings.ingestion.")
@click.option("--status", type=click.Choice(STATUSES))
@rows_option
def list_jobs(session: Session, *, kind: str | None, status: Any, rows_max: int) -> None:
    """List jobs, newest first."""
    session.show_page(session.client.jobs.list(kind=kind, status=status), COLUMNS, rows_max=rows_max)


@command(jobs)
@click.argument("job_id")
def show(session: Session, *, job_id: str) -> None:
    """Show a job with its units."""
    show_job(session, session.client.jobs.show(job_id))


@command(jobs)
@click.argument("job_id")
@timeout_option
def watch(session: Session, *, job_id: str, timeout_seconds: float) -> None:
    """Follow a job until it ends; exits with 20 when it did not succeed, with 21 when it goes on."""
    watch_job(session, job_id, timeout_seconds)


@command(jobs)
@click.argument("job_id")
def cancel(session: Session, *, job_id: str) -> None:
    """Cancel a job; what is done stays."""
    show_job(session, session.client.jobs.cancel(job_id))


@command(jobs)
@click.argument("job_id")
def redrive(session: Session, *, job_id: str) -> None:
    """Do a job's missing units again, and only those."""
    show_job(session, session.client.jobs.redrive(job_id))


def watch_job(session: Session, job_id: str, timeout_seconds: float) -> None:
    """Print a job's progress until it ends, then the job; exit with 20 when it did not succeed."""
    started = time.monotonic()

    def tell(job: Job) -> None:
        waiting = f"  waits for {job.waiting_on}" if job.waiting_on else ""
        session.tell(f"{time.monotonic() - started:7.1f} s  {job.progress:3d} %  {job.status:<9}  {job.stage}{waiting}")

    session.client.jobs.wait(job_id, on_progress=tell, timeout_seconds=timeout_seconds)
    ended = session.client.jobs.show(job_id)
    show_job(session, ended)
    if ended.data.status != "succeeded":
        raise click.exceptions.Exit(exit_codes.JOB_NOT_SUCCEEDED)


def show_job(session: Session, reply: Reply[Job]) -> None:
    """Show a job, and a table of its units for people."""
    session.show(
        reply,
        fields=["job_id", "kind", "status", "progress", "stage", "waiting_on", "units", "quote", "cost", "problem"],
    )
    if not session.as_json and reply.data.items:
        click.echo()
        session.show_rows(reply.data.items, UNIT_COLUMNS)
