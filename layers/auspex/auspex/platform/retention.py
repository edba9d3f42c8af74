"""What is deleted, and when. The rules are rows of `platform.retention_rules` (migrations, a line each).

One database role holds the right to delete, and only from tables that have a rule: ledger, scorebook, audit have none.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from auspex.core.database import connect, fetch_all, fetch_one, load_sql, transaction
from auspex.core.limits import (
    JOBS_KEPT_DAYS,
    OUTBOX_KEPT_DAYS,
    RECORDS_KEPT_DAYS,
    RETENTION_BATCH_ROWS_MAX,
    RETENTION_SECONDS_MAX,
    SPENT_KEPT_DAYS,
    TRACES_KEPT_DAYS,
)
from auspex.core.telemetry import count, logger

SQL = load_sql(Path(__file__).with_suffix(".sql"))
KEPT_DAYS = {
    "spent": SPENT_KEPT_DAYS, "outbox": OUTBOX_KEPT_DAYS, "jobs": JOBS_KEPT_DAYS, "traces": TRACES_KEPT_DAYS,
    "records": RECORDS_KEPT_DAYS,
}  # fmt: skip


class RetentionIncompleteError(RuntimeError):
    """Postgres refused to delete from a table; every other one was tidied."""


@dataclass(slots=True)
class _Tidying:
    """What a run did so far, by table."""

    deleted: dict[str, int]
    failed: dict[str, str] = field(default_factory=dict)


def delete_expired(at: datetime) -> dict[str, Any]:
    """Delete what is older than its class is kept, and return how many rows of each table.

    Tables take turns, a batch in a transaction each, until nothing is left or the time is up; the next run goes on.
    Raises RetentionIncompleteError after the others when a table cannot be deleted from.
    """
    rules = {row["table_name"]: row["class"] for row in fetch_all(connect(), SQL["list_rules"], {})}
    done = _Tidying(deleted=dict.fromkeys(rules, 0))
    deadline = time.monotonic() + RETENTION_SECONDS_MAX
    waiting = list(rules)
    while waiting and time.monotonic() < deadline:
        waiting = [
            table for table in waiting if _delete_batch(done, table, at - timedelta(days=KEPT_DAYS[rules[table]]))
        ]
    for table, rows in done.deleted.items():
        count("RowsDeleted", rows, table=table)
    if done.failed:
        raise RetentionIncompleteError("; ".join(f"{table}: {reason}" for table, reason in done.failed.items()))
    return {"deleted": done.deleted, "unfinished": waiting}


def _delete_batch(done: _Tidying, table: str, before: datetime) -> bool:
    """Delete one batch and tell whether there may be more."""
    asked = {"table_name": table, "before": before, "rows_max": RETENTION_BATCH_ROWS_MAX}
    try:
        with transaction() as connection:
            row = fetch_one(connection, SQL["delete_expired"], asked)
    except psycopg.IntegrityError as error:
        logger().exception("retention cannot delete", extra={"table": table})
        done.failed[table] = str(error.diag.message_primary)
        return False
    assert row is not None
    done.deleted[table] += row["deleted"]
    return bool(row["deleted"] == RETENTION_BATCH_ROWS_MAX)
