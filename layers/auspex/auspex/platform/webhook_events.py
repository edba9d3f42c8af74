"""What webhooks tell: the catalogue of event types, and the one way to tell an account's endpoints of something.

A job's end needs no call: a trigger on `platform.jobs` tells it in the transaction that ended the job.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args

from psycopg.types.json import Jsonb

from auspex.core import outbox
from auspex.core.database import Connection, fetch_all, load_sql
from auspex.core.limits import WEBHOOK_DATA_BYTES_MAX
from auspex.core.messages import Cause
from auspex.core.outbox import Outgoing

SQL = load_sql(Path(__file__).with_suffix(".sql"))
EventType = Literal[
    "job.succeeded", "job.failed", "job.cancelled", "job.expired", "filing.detected", "filing.analyzed",
    "backfill.finished",
    "guidance.changed", "guidance.resolved",
]  # fmt: skip
EVENT_TYPES: Final[tuple[str, ...]] = get_args(EventType)


class EventTooLargeError(ValueError):
    """An event carries more than WEBHOOK_DATA_BYTES_MAX: it should link to what it is about."""


def emit(
    connection: Connection, *, account_id: str, event_type: EventType, subject: str, data: dict[str, Any], cause: Cause,
    at: datetime,
) -> int:  # fmt: skip
    """Tell an account's subscribed endpoints, in the caller's transaction; return how many there are.

    One message, and for each endpoint a delivery and the command that makes its first attempt, sent after the commit.
    Calling twice tells twice: the caller's own mark or unique key is what makes it once. Raises EventTooLargeError.
    """
    size = len(json.dumps(data).encode())
    if size > WEBHOOK_DATA_BYTES_MAX:
        raise EventTooLargeError(f"{event_type}: {size} bytes")
    rows = fetch_all(
        connection,
        SQL["emit_webhook"],
        {
            "account_id": account_id, "event_type": event_type, "subject": subject, "data": Jsonb(data),
            "request_id": cause.request_id, "traceparent": cause.traceparent, "at": at,
        },
    )  # fmt: skip
    outbox.adopt([Outgoing(**row) for row in rows])
    return len(rows)
