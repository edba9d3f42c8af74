"""Gather what waits for a digest and is due: one digest per account and local day, however often this runs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core import outbox
from auspex.core.database import Connection, connect, fetch_all, fetch_one, load_sql, transaction
from auspex.core.ids import new_id
from auspex.core.limits import DIGEST_ACCOUNTS_MAX
from auspex.core.messages import Cause, wrap
from auspex.core.telemetry import logger
from auspex.platform.notification_messages import DeliverDigest
from auspex.platform.notification_preferences import load_preferences
from auspex.platform.notification_routing import list_open_channels
from auspex.platform.notification_timing import end_of_quiet, local_date, next_digest

SQL = load_sql(Path(__file__).with_suffix(".sql"))


def send_due_digests(at: datetime) -> dict[str, Any]:
    """Make every account's due digest and send for its delivery; return how many were made and how many failed.

    One account's fault holds up no other: it is logged, counted, and tried again at the next firing.
    """
    made = failed = 0
    after = ""
    while accounts := fetch_all(
        connect(), SQL["list_accounts_due"], {"at": at, "after": after, "rows_max": DIGEST_ACCOUNTS_MAX}
    ):
        for row in accounts:
            after = str(row["account_id"])
            try:
                with transaction() as connection:
                    made += _make_digest(connection, account_id=after, at=at)
            except Exception:  # noqa: BLE001 - see above
                outbox.forget_pending()  # what other accounts committed the sweep sends
                logger().exception("an account's digest failed", extra={"account_id": after})
                failed += 1
    return {"digests": made, "failed": failed}


def _make_digest(connection: Connection, *, account_id: str, at: datetime) -> int:
    due = fetch_all(connection, SQL["lock_due"], {"account_id": account_id, "at": at})
    if not due:
        return 0
    moved: dict[str, Any] = {"notification_ids": [row["notification_id"] for row in due], "digest_id": None}
    channels = list_open_channels(connection, account_id=account_id)
    if not channels:
        connection.execute(SQL["move_due"], moved | {"route": "in_app", "deliver_at": None})
        return 0
    rules = load_preferences(connection, account_id=account_id).rules
    planned_for = max(row["deliver_at"] for row in due)
    digest = fetch_one(
        connection,
        SQL["insert_digest"],
        {
            "digest_id": new_id("dig"), "account_id": account_id, "local_date": local_date(rules, planned_for),
            "notifications": len(due), "at": at,
        },
    )  # fmt: skip
    if digest is None:  # this local day had its digest: the time of digests was moved meanwhile
        later = next_digest(rules, "daily", after=at)
        connection.execute(SQL["move_due"], moved | {"route": "digest", "deliver_at": later})
        return 0
    deliver_at = end_of_quiet(rules, at)
    digest_id = str(digest["digest_id"])
    connection.execute(SQL["move_due"], moved | {"route": "digest", "deliver_at": deliver_at, "digest_id": digest_id})
    for channel_id in channels:
        command = DeliverDigest(digest_id=digest_id, channel_id=channel_id)
        envelope = wrap(command, dedup_key=f"digest:{digest_id}:{channel_id}:0", cause=Cause(account_id=account_id))
        outbox.enqueue(connection, envelope, at=at, delay_seconds=(deliver_at - at).total_seconds())
    return 1
