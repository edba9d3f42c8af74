"""Decide once whether a notification goes out at once, at the end of quiet hours, in a digest, or not at all.

The order: a kind that is muted stays in the application; a kind told daily or weekly waits for its digest; what is
immediate waits for the end of quiet hours and takes a place in that local day; without a place it joins the digest.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql, transaction
from auspex.core.messages import Cause, wrap
from auspex.platform.consumer import Delivery
from auspex.platform.notification_messages import DeliverNotification, RouteNotification
from auspex.platform.notification_preferences import (
    KindFrequency,
    Preferences,
    digest_of,
    load_preferences,
)
from auspex.platform.notification_timing import end_of_quiet, local_date, next_digest

SQL = load_sql(Path(__file__).with_suffix(".sql"))


def route_notification(delivery: Delivery[RouteNotification], *, clock: Clock) -> None:
    """Decide about one notification and send for its delivery. Safe to repeat: the first decision stays."""
    at = clock.now()
    notification_id = delivery.body.notification_id
    with transaction() as connection:
        delivery.mark(connection, at=at)
        row = fetch_one(connection, SQL["lock_notification"], {"notification_id": notification_id})
        if row is None or row["route"] is not None:
            return
        account_id = str(row["account_id"])
        preferences = load_preferences(connection, account_id=account_id)
        channels = list_open_channels(connection, account_id=account_id)
        frequency = preferences.frequency_of(row["kind"]) if channels else "muted"
        route, deliver_at = _decide(connection, preferences, frequency, account_id=account_id, at=at)
        connection.execute(
            SQL["set_route"], {"notification_id": notification_id, "route": route, "deliver_at": deliver_at}
        )
        if route == "immediate":
            assert deliver_at is not None
            for channel_id in channels:
                command = DeliverNotification(notification_id=notification_id, channel_id=channel_id)
                send_for_delivery(connection, command, cause=delivery.cause, at=at, deliver_at=deliver_at)


def list_open_channels(connection: Connection, *, account_id: str) -> list[str]:
    """Return the channels of an account that something can be sent over."""
    rows = fetch_all(connection, SQL["list_open_channels"], {"account_id": account_id})
    return [str(row["channel_id"]) for row in rows]


def send_for_delivery(
    connection: Connection, command: DeliverNotification, *, cause: Cause, at: datetime, deliver_at: datetime
) -> None:
    """Have one notification delivered over one channel, not before an instant; each time it is put off is a message."""
    dedup_key = f"deliver:{command.notification_id}:{command.channel_id}:{command.holds}"
    delay_seconds = max(0.0, (deliver_at - at).total_seconds())
    outbox.enqueue(connection, wrap(command, dedup_key=dedup_key, cause=cause), at=at, delay_seconds=delay_seconds)


def _decide(
    connection: Connection, preferences: Preferences, frequency: KindFrequency, *, account_id: str, at: datetime
) -> tuple[str, datetime | None]:
    if frequency == "muted":
        return "in_app", None
    rules = preferences.rules
    if frequency == "immediate":
        deliver_at = end_of_quiet(rules, at)
        day = {"account_id": account_id, "local_date": local_date(rules, deliver_at)}
        place = fetch_one(connection, SQL["take_place"], day | {"max_per_day": preferences.max_per_day})
        if place is not None and place["taken"]:
            return "immediate", deliver_at
    return "digest", next_digest(rules, digest_of(frequency), after=at)
