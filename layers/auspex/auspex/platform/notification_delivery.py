"""Send one notification, one digest or one code over one channel. Only `stage_notifier` runs this.

A channel hears of a notification at least once, in practice once: the mark commits right after the service took it, and
a worker that dies between the two sends again. Mail goes through our own server: when that fails the message is tried
again and at last kept as a dead letter. A third party that fails is its owner's matter: the history says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, connect, fetch_all, fetch_one, load_sql, transaction
from auspex.core.faults import fault_point
from auspex.core.limits import CHANNEL_ATTEMPTS_MAX, DIGEST_ENTRIES_MAX
from auspex.core.messages import wrap
from auspex.core.sealing import unseal
from auspex.platform.channel_sender import ChannelRefusedError, ChannelText, send_over_channel
from auspex.platform.consumer import Delivery
from auspex.platform.notification_channels import CODE_PURPOSE, CREDENTIALS_PURPOSE
from auspex.platform.notification_messages import DeliverDigest, DeliverNotification, SendChannelCode
from auspex.platform.notification_preferences import load_preferences
from auspex.platform.notification_routing import send_for_delivery
from auspex.platform.notification_timing import end_of_quiet

SQL = load_sql(Path(__file__).with_suffix(".sql"))


EMAIL = "email"
FOOTER = "\n\n--\nYou asked Auspex to tell you this. What is sent, and when: PATCH /v1/notifications/preferences"
SENT_POINT = "platform-notifier.sent"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a delivery ended."""

    outcome: str
    reason: str | None = None


def deliver_notification(delivery: Delivery[DeliverNotification], *, clock: Clock) -> None:
    """Send a notification now, put it off while it is quiet, or drop what is no longer wanted."""
    at, body = clock.now(), delivery.body
    target = fetch_one(connect(), SQL["load_delivery"], body.model_dump(include={"notification_id", "channel_id"}))
    if target is None:
        return
    preferences = load_preferences(connect(), account_id=target["account_id"])
    muted = preferences.frequency_of(target["kind"]) == "muted"
    ends_at = end_of_quiet(preferences.rules, at)
    if ends_at > at and not muted:
        later = body.model_copy(update={"holds": body.holds + 1})
        with transaction() as connection:
            delivery.mark(connection, at=at)
            send_for_delivery(connection, later, cause=delivery.cause, at=at, deliver_at=ends_at)
        return
    text = ChannelText(title=target["title"], body=target["body"] + _footer(target))
    outcome = Outcome("dropped", "muted") if muted else _attempt(delivery, target, text)
    _record(delivery, "record_delivery", outcome, body.model_dump(), at=clock.now())


def deliver_digest(delivery: Delivery[DeliverDigest], *, clock: Clock) -> None:
    """Send a digest; one that comes late into quiet hours waits for their end."""
    at, body = clock.now(), delivery.body
    target = fetch_one(connect(), SQL["load_digest_delivery"], body.model_dump(include={"digest_id", "channel_id"}))
    if target is None:
        return
    ends_at = end_of_quiet(load_preferences(connect(), account_id=target["account_id"]).rules, at)
    if ends_at > at:
        with transaction() as connection:
            delivery.mark(connection, at=at)
            later = body.model_copy(update={"holds": body.holds + 1})
            dedup_key = f"digest:{later.digest_id}:{later.channel_id}:{later.holds}"
            envelope = wrap(later, dedup_key=dedup_key, cause=delivery.cause)
            outbox.enqueue(connection, envelope, at=at, delay_seconds=(ends_at - at).total_seconds())
        return
    outcome = _attempt(delivery, target, _digest_text(connect(), target))
    _record(delivery, "record_digest_delivery", outcome, body.model_dump(), at=clock.now())


def send_channel_code(delivery: Delivery[SendChannelCode], *, clock: Clock) -> None:
    """Send an address the code that proves it; quiet hours do not apply to what somebody waits for."""
    at = clock.now()
    target = fetch_one(connect(), SQL["load_code_delivery"], {"code_id": delivery.body.code_id})
    if target is not None and target["waiting"] and target["expires_at"] > at:
        code = unseal(bytes(target["sealed_code"]), account_id=target["account_id"], purpose=CODE_PURPOSE)
        text = ChannelText(
            title="Your code for Auspex",
            body=f"{code}\n\nIt proves that notifications may be sent to this address. Ignore it if you did not ask.",
        )
        send_over_channel(target["service"], _credentials(target), text)
        fault_point(SENT_POINT)
    with transaction() as connection:
        delivery.mark(connection, at=clock.now())


def _attempt(delivery: Delivery[Any], target: dict[str, Any], text: ChannelText) -> Outcome:
    """Send, and say how it ended; raise what is to be tried again."""
    if not target["open"]:
        return Outcome("dropped", "the channel is gone")
    if not target["account_active"]:
        return Outcome("dropped", "the account is suspended")
    try:
        send_over_channel(target["service"], _credentials(target), text)
    except ChannelRefusedError as error:
        last = error.is_permanent or delivery.attempt >= CHANNEL_ATTEMPTS_MAX
        if target["service"] == EMAIL or not last:
            raise
        return Outcome("failed", str(error))
    fault_point(SENT_POINT)
    return Outcome("sent")


def _record(delivery: Delivery[Any], statement: str, outcome: Outcome, ids: dict[str, Any], *, at: datetime) -> None:
    with transaction() as connection:
        delivery.mark(connection, at=at)
        row = {"outcome": outcome.outcome, "reason": outcome.reason, "attempts": delivery.attempt, "at": at}
        connection.execute(SQL[statement], ids | row)


def _digest_text(connection: Connection, target: dict[str, Any]) -> ChannelText:
    """Spell out what the digest holds, grouped by kind, and say how many more there are."""
    limit = {"digest_id": target["digest_id"], "rows_max": DIGEST_ENTRIES_MAX}
    entries = fetch_all(connection, SQL["list_digest_entries"], limit)
    lines: list[str] = []
    kind = None
    for entry in entries:
        if entry["kind"] != kind:
            kind = entry["kind"]
            lines += ([""] if lines else []) + [str(kind)]
        first_line = str(entry["body"]).partition("\n")[0]
        lines.append(f"- {entry['title']}" + (f": {first_line}" if first_line else ""))
    more = target["notifications"] - len(entries)
    if more > 0:
        lines += ["", f"and {more} more: GET /v1/notifications"]
    count = target["notifications"]
    title = f"Auspex: {count} notification{'' if count == 1 else 's'}"
    return ChannelText(title=title, body="\n".join(lines) + _footer(target))


def _footer(target: dict[str, Any]) -> str:
    return FOOTER if target["service"] == EMAIL else ""


def _credentials(target: dict[str, Any]) -> dict[str, str]:
    sealed = bytes(target["credentials"])
    opened: dict[str, str] = json.loads(unseal(sealed, account_id=target["account_id"], purpose=CREDENTIALS_PURPOSE))
    return opened
