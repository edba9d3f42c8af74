"""Transactional outbox. Only this module, and the functions in SQL that tell of events, write
`platform.outbox`; only it sends to SQS.

A message is a row of the transaction that caused it; after the commit the function sends it at once, and the sweep
sends what is unsent or due. Nothing is sent before it is committed, nothing committed stays unsent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from auspex.core.aws import client
from auspex.core.clock import current_clock
from auspex.core.config import QueueSettings, read_settings
from auspex.core.database import Connection, connect, fetch_all, load_sql
from auspex.core.faults import fault_point
from auspex.core.ids import new_ulid
from auspex.core.limits import OUTBOX_SWEEP_ROWS_MAX
from auspex.core.messages import Envelope
from auspex.core.telemetry import logger

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SEND_BATCH_ENTRIES_MAX = 10


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A committed or soon committed outbox row."""

    outbox_id: str
    queue: str
    body: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What one batch of a sweep found waiting, and how much of it SQS accepted."""

    claimed: int
    sent: int

    @property
    def goes_on(self) -> bool:
        """Tell whether another batch of the same queue is worth a try: this one was full, and all of it was sent."""
        return self.sent == self.claimed == OUTBOX_SWEEP_ROWS_MAX


@dataclass(slots=True)
class _Pending:
    rows: list[Outgoing] = field(default_factory=list)


_pending = _Pending()


def enqueue(
    connection: Connection, envelope: Envelope[Any], *, at: datetime, queue: str | None = None, delay_seconds: float = 0
) -> str:
    """Write a message into the caller's transaction and return its outbox id.

    With a delay the sweep alone sends it, once due; without one `send_committed()` sends it right after the commit.
    """
    row = Outgoing(outbox_id=new_ulid(), queue=queue or type(envelope.body).queue, body=envelope.encode())
    connection.execute(
        SQL["insert_message"],
        {
            "outbox_id": row.outbox_id,
            "queue": row.queue,
            "body": row.body,
            "at": at,
            "deliver_after": at + timedelta(seconds=delay_seconds),
        },
    )
    if delay_seconds <= 0:
        _pending.rows.append(row)
    return row.outbox_id


def adopt(rows: Iterable[Outgoing]) -> None:
    """Have `send_committed()` also send rows that an SQL function wrote in the caller's transaction."""
    _pending.rows.extend(rows)


def forget_pending() -> None:
    """Forget rows of a transaction that rolled back; called when an invocation or a record begins."""
    _pending.rows.clear()


def send_committed() -> None:
    """Send what the transaction before wrote. A failure here loses nothing: the sweep sends the row."""
    rows, _pending.rows = _pending.rows, []
    if not rows:
        return
    fault_point("outbox.committed")
    sent = send_all(rows)
    fault_point("outbox.sent")
    if not sent:
        return
    try:
        connect().execute(SQL["mark_sent"], {"outbox_ids": sent, "at": current_clock().now()})
    except Exception:  # noqa: BLE001 - the effect is committed and sent; the sweep sends again and the marks swallow it
        logger().warning("sent outbox rows stay unmarked", extra={"rows": len(sent)}, exc_info=True)


def list_due_queues(connection: Connection, *, at: datetime) -> list[str]:
    """Return the queues that have unsent rows whose time has come, by name."""
    return [str(row["queue"]) for row in fetch_all(connection, SQL["list_due_queues"], {"at": at})]


def sweep(connection: Connection, *, queue: str, at: datetime) -> Swept:
    """Send one batch of a queue's unsent rows that are due, in the caller's transaction.

    Rows stay locked while they are sent, so two sweeps never send one row; a crash after sending sends it again,
    and the receiver's mark swallows the repeat.
    """
    parameters = {"queue": queue, "at": at, "rows_max": OUTBOX_SWEEP_ROWS_MAX}
    claimed = fetch_all(connection, SQL["claim_unsent"], parameters)
    sent = send_all([Outgoing(**row) for row in claimed])
    connection.execute(SQL["mark_sent"], {"outbox_ids": sent, "at": at})
    return Swept(claimed=len(claimed), sent=len(sent))


def send_all(rows: list[Outgoing]) -> list[str]:
    """Send rows in batches per queue and return the ids that SQS accepted; a queue that fails holds up no other."""
    sent: list[str] = []
    by_queue: dict[str, list[Outgoing]] = {}
    for row in rows:
        by_queue.setdefault(row.queue, []).append(row)
    for queue, waiting in by_queue.items():
        for first in range(0, len(waiting), SEND_BATCH_ENTRIES_MAX):
            batch = waiting[first : first + SEND_BATCH_ENTRIES_MAX]
            try:
                reply = client("sqs").send_message_batch(
                    QueueUrl=queue_url(queue),
                    Entries=[{"Id": str(index), "MessageBody": row.body} for index, row in enumerate(batch)],
                )
            except Exception:  # noqa: BLE001 - whatever went wrong, the rows are committed and the next sweep has them
                logger().warning("queue takes no messages", extra={"queue": queue, "rows": len(waiting)}, exc_info=True)
                break
            sent += [batch[int(entry["Id"])].outbox_id for entry in reply.get("Successful", [])]
            if reply.get("Failed"):
                logger().warning("queue refused messages", extra={"queue": queue, "refused": len(reply["Failed"])})
    return sent


@cache
def queue_url(queue: str) -> str:
    """Return the URL of `<prefix>-<queue>`; the deployment states the part before it."""
    settings = read_settings(QueueSettings)
    return f"{settings.queue_url_prefix}{queue}"
