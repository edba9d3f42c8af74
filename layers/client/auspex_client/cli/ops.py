"""`auspex ops …`: what operators see and do; needs the scope admin."""

from __future__ import annotations

import click

from auspex_client.cli.session import Session, command, rows_option
from auspex_client.models import RedriveFilter

QUEUE_COLUMNS = {"queue": "queue", "visible": "visible", "in flight": "in_flight", "delayed": "delayed"}
LETTER_COLUMNS = {
    "dead letter": "dead_letter_id", "queue": "queue", "reason": "reason", "attempts": "attempts", "unit": "unit",
    "died": "dead_at", "redriven": "redriven_at", "error": "error",
}  # fmt: skip
FAILURE_COLUMNS = {
    "failed": "failed_at", "stage": "stage", "node": "node", "attempt": "attempt", "type": "error_type",
    "job": "job_id", "error": "error",
}  # fmt: skip
SCHEDULE_COLUMNS = {
    "schedule": "schedule", "last": "scheduled_at", "outcome": "outcome", "succeeded": "succeeded_at",
    "next": "expected_at", "detail": "detail",
}  # fmt: skip
OUTCOME_COLUMNS = {"dead letter": "dead_letter_id", "outcome": "outcome", "message": "message_id"}


@click.group()
def ops() -> None:
    """Operations: queues, dead letters and their redrive, failures, schedules, metrics."""


@command(ops)
def queues(session: Session) -> None:
    """Show the depth of every queue and of the outbox."""
    reply = session.client.ops.queues()
    if session.as_json:
        session.show(reply)
        return
    session.show_rows(reply.data.queues, QUEUE_COLUMNS)
    outbox = reply.data.outbox
    session.tell(f"outbox: {outbox.unsent} unsent, {outbox.due} due")


@command(ops, "dead-letters")
@click.option("--stage")
@click.option("--reason")
@click.option("--queue")
@click.option("--redriven/--open", default=None, help="Only redriven ones, or only open ones.")
@rows_option
def dead_letters(
    session: Session,
    *,
    stage: str | None,
    reason: str | None,
    queue: str | None,
    redriven: bool | None,
    rows_max: int,
) -> None:
    """List messages nobody could process, newest first."""
    page = session.client.ops.dead_letters.list(stage=stage, reason=reason, queue=queue, redriven=redriven)
    session.show_page(page, LETTER_COLUMNS, rows_max=rows_max)


@command(ops)
@click.argument("ids", nargs=-1, metavar="[DEAD_LETTER]...")
@click.option("--stage")
@click.option("--reason")
@click.option("--queue")
@click.option("--all", "everything", is_flag=True, help="Every open letter.")
@click.option("--max", "letters_max", type=click.IntRange(min=1), help="Letters at most, the oldest first.")
def redrive(
    session: Session,
    *,
    ids: tuple[str, ...],
    stage: str | None,
    reason: str | None,
    queue: str | None,
    everything: bool,
    letters_max: int | None,
) -> None:
    """Send dead letters again: those named, those that a filter finds, or all. Each is sent once."""
    given = {"stage": stage, "reason": reason, "queue": queue}
    wanted: RedriveFilter = {name: value for name, value in given.items() if value}  # type: ignore[assignment] # its keys
    if sum((bool(ids), bool(wanted), everything)) != 1:
        raise click.UsageError("name dead letters, or give a filter, or --all")
    reply = session.client.ops.dead_letters.redrive(
        ids=ids or None, filter=wanted or None, all=True if everything else None, max=letters_max
    )
    if session.as_json:
        session.show(reply)
        return
    session.show_rows(reply.data.letters, OUTCOME_COLUMNS)
    session.tell(f"{reply.data.sent} sent, {reply.data.skipped} skipped, {reply.data.remaining} remain")


@command(ops)
@click.option("--stage")
@click.option("--queue")
@click.option("--job", "job_id")
@rows_option
def failures(session: Session, *, stage: str | None, queue: str | None, job_id: str | None, rows_max: int) -> None:
    """List failed attempts, newest first."""
    page = session.client.ops.failures.list(stage=stage, queue=queue, job_id=job_id)
    session.show_page(page, FAILURE_COLUMNS, rows_max=rows_max)


@command(ops)
@rows_option
def schedules(session: Session, *, rows_max: int) -> None:
    """List schedules with their last run, its outcome and the next expected one."""
    session.show_page(session.client.ops.schedules.list(), SCHEDULE_COLUMNS, rows_max=rows_max)


@command(ops)
@click.option("--minutes", "window_minutes", type=click.IntRange(min=1), help="How far back to count.")
def metrics(session: Session, *, window_minutes: int | None) -> None:
    """Count messages, dead letters, jobs and schedule runs of the last minutes."""
    session.show(session.client.ops.metrics(window_minutes=window_minutes))
