"""What an operator looks at: queues, dead letters, failures, schedules, and what the tables say of a window of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.aws import client
from auspex.core.config import QueueSettings, read_settings
from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.outbox import queue_url
from auspex.platform.redrive import LetterFilter

SQL = load_sql(Path(__file__).with_suffix(".sql"))
DLQ_SUFFIX = "-dlq"
QUEUES_PER_CALL_MAX = 1_000
FIRINGS_FOR_INTERVAL = 9
"""A schedule's usual interval is the median between its last nine firings: one started by hand does not count."""
DEPTHS = {
    "visible": "ApproximateNumberOfMessages",
    "in_flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """How many messages a queue holds, as SQS counts them (approximately); `queue` lacks the deployment's prefix."""

    queue: str
    dead_letters: bool
    visible: int
    in_flight: int
    delayed: int


@dataclass(frozen=True, slots=True)
class OutboxBacklog:
    """Committed messages that are not sent: all of them, those whose time has come, and since when the oldest waits."""

    unsent: int
    due: int
    oldest_due_seconds: float | None


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of rows."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_queue_depths() -> list[QueueDepth]:
    """Return every queue whose name bears this deployment's prefix, dead-letter queues too, by name."""
    prefix = read_settings(QueueSettings).name_prefix + "-"
    return [_depth(url, url.rsplit("/", 1)[-1].removeprefix(prefix)) for url in sorted(_queue_urls(prefix))]


def read_queue_depth(queue: str) -> QueueDepth:
    """Return how many messages one queue holds, by its name without the deployment's prefix."""
    return _depth(queue_url(queue), queue)


def _depth(url: str, name: str) -> QueueDepth:
    reply = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(DEPTHS.values()))
    counts = {field: int(reply["Attributes"].get(attribute, 0)) for field, attribute in DEPTHS.items()}
    return QueueDepth(queue=name, dead_letters=name.endswith(DLQ_SUFFIX), **counts)


def _queue_urls(prefix: str) -> Iterator[str]:
    following: dict[str, str] = {}
    while True:
        page = client("sqs").list_queues(QueueNamePrefix=prefix, MaxResults=QUEUES_PER_CALL_MAX, **following)
        yield from page.get("QueueUrls", [])
        if "NextToken" not in page:
            return
        following = {"NextToken": page["NextToken"]}


def read_outbox_backlog(connection: Connection, *, at: datetime) -> OutboxBacklog:
    """Return what the outbox still has to send."""
    row = fetch_one(connection, SQL["outbox_backlog"], {"at": at})
    assert row is not None
    oldest = row["oldest_due_at"]
    age = None if oldest is None else (at - oldest).total_seconds()
    return OutboxBacklog(unsent=row["unsent"], due=row["due"], oldest_due_seconds=age)


def list_dead_letters(
    connection: Connection, *, letters: LetterFilter, redriven: bool | None, limit: int, cursor: str | None
) -> RowPage:
    """Return a page of dead letters, newest first. Raises MalformedRequest for a foreign cursor."""
    filters = {"stage": letters.stage, "reason": letters.reason, "queue": letters.queue, "redriven": redriven}
    order = ("dead_at", "dead_letter_id")
    return _page(connection, SQL["list_dead_letters"], filters, order=order, limit=limit, cursor=cursor)


def list_failures(
    connection: Connection, *, stage: str | None, queue: str | None, job_id: str | None, limit: int, cursor: str | None
) -> RowPage:
    """Return a page of failed attempts, newest first. Raises MalformedRequest for a foreign cursor."""
    filters = {"stage": stage, "queue": queue, "job_id": job_id}
    order = ("failed_at", "failure_id")
    return _page(connection, SQL["list_failures"], filters, order=order, limit=limit, cursor=cursor)


def list_schedules(connection: Connection) -> list[dict[str, Any]]:
    """Return each schedule that ever ran: its last firing, how it ended, and when the next is expected."""
    return fetch_all(connection, SQL["list_schedules"], {"firings": FIRINGS_FOR_INTERVAL})


def read_metrics(connection: Connection, *, window_minutes: int, at: datetime) -> dict[str, Any]:
    """Return what the tables hold of the last minutes; requests are not in tables but in the metrics' log lines."""
    window = {"since": at - timedelta(minutes=window_minutes), "at": at}
    messages = fetch_one(connection, SQL["message_metrics"], window)
    jobs = fetch_one(connection, SQL["job_metrics"], window)
    schedules = fetch_one(connection, SQL["schedule_metrics"], window)
    return {"window_minutes": window_minutes, **window, "messages": messages, "jobs": jobs, "schedules": schedules}


def _page(
    connection: Connection, sql: str, filters: dict[str, Any], *, order: tuple[str, str], limit: int, cursor: str | None
) -> RowPage:
    """Page by keyset: `order` names the instant and the id that rows are sorted by, descending."""
    bound = {"order": order} | filters
    before_at, before_id = decode_cursor(cursor, filters=bound) if cursor else (None, None)
    rows = fetch_all(connection, sql, filters | {"before_at": before_at, "before_id": before_id, "rows_max": limit + 1})
    shown = rows[:limit]
    following = encode_cursor([shown[-1][name] for name in order], filters=bound) if len(rows) > limit else None
    return RowPage(shown, following)
