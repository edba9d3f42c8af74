"""Make one attempt of a delivery: sign, send to the address that was checked, keep how it went, plan the next one.

Nothing is locked while the receiver thinks. A worker that dies between sending and committing sends again under the
same `webhook-id`, which is what receivers tell repeats by.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, connect, fetch_one, load_sql, transaction
from auspex.core.egress import EgressError, parse_destination
from auspex.core.egress_transport import Answer, Sender
from auspex.core.faults import fault_point
from auspex.core.limits import WEBHOOK_ATTEMPT_SECONDS_MAX
from auspex.core.messages import Cause, wrap
from auspex.core.problems import ValidationFailed
from auspex.core.telemetry import count
from auspex.core.webhook_signatures import sign
from auspex.platform.consumer import Delivery
from auspex.platform.webhook_endpoints import disable_gone, open_secrets
from auspex.platform.webhook_messages import DeliverWebhook
from auspex.platform.webhook_retries import ATTEMPTS_MAX, read_retry_after, seconds_before

SQL = load_sql(Path(__file__).with_suffix(".sql"))
GONE = 410
USER_AGENT = "Auspex-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt went: the receiver's status, or in a word why there was none."""

    status: int | None
    error: str | None
    retry_after_seconds: int | None
    duration_ms: int

    @property
    def delivered(self) -> bool:
        """Tell whether the receiver took it; a redirect is no delivery."""
        return self.status is not None and 200 <= self.status < 300


SUSPENDED = Outcome(status=None, error="account-suspended", retry_after_seconds=None, duration_ms=0)
"""Nothing leaves for a suspended account; the ladder goes on, so that one that is active again in time gets it."""


def deliver_webhook(delivery: Delivery[DeliverWebhook], *, clock: Clock, sender: Sender) -> None:
    """Attempt a delivery and commit the attempt, its consequence and the next one's message. Safe to repeat."""
    command = delivery.body
    at = clock.now()
    waiting = fetch_one(connect(), SQL["find_waiting"], {"delivery_id": command.delivery_id})
    if waiting is None or waiting["attempts"] >= command.attempt:
        with transaction() as connection:
            delivery.mark(connection, at=at)
            connection.execute(SQL["cancel_orphan"], {"delivery_id": command.delivery_id, "at": at})
        return
    suspended = waiting["account_status"] != "active"
    outcome = SUSPENDED if suspended else _send(waiting, at=at, sender=sender)
    fault_point("webhook.sent")
    with transaction() as connection:
        delivery.mark(connection, at=at)
        _keep(connection, command, outcome, waiting, cause=delivery.cause, at=at)
    count("WebhookAttempts", outcome="delivered" if outcome.delivered else "failed")


def _send(waiting: dict[str, Any], *, at: datetime, sender: Sender) -> Outcome:
    started = time.perf_counter()
    status, error, retry_after = None, None, None
    try:
        answer = _post(waiting, at=at, sender=sender)
        status, retry_after = answer.status, read_retry_after(answer.headers.get("retry-after"), at=at)
    except ValidationFailed:  # the deployment's rules became stricter than when the URL was given
        error = "address-refused"
    except EgressError as failure:
        error = failure.kind
    return Outcome(status, error, retry_after, round((time.perf_counter() - started) * 1000))


def _post(waiting: dict[str, Any], *, at: datetime, sender: Sender) -> Answer:
    body = str(waiting["body"]).encode()
    secrets = open_secrets(connect(), account_id=waiting["account_id"], webhook_id=waiting["webhook_id"], at=at)
    signed = sign(secrets, message_id=waiting["message_id"], signed_at=at, body=body)
    headers = {"content-type": "application/json", "user-agent": USER_AGENT, **signed}
    destination = parse_destination(waiting["url"], sender.rules)
    return sender.post(destination, headers=headers, body=body, seconds=WEBHOOK_ATTEMPT_SECONDS_MAX)


def _keep(
    connection: Connection, command: DeliverWebhook, outcome: Outcome, waiting: dict[str, Any], *, cause: Cause,
    at: datetime,
) -> None:  # fmt: skip
    """Write the attempt and what follows; a delivery that ended meanwhile keeps its end, without a next attempt."""
    row = fetch_one(connection, SQL["lock_delivery"], {"delivery_id": command.delivery_id})
    alive = row is not None and row["state"] == "pending"
    last = command.attempt >= ATTEMPTS_MAX or outcome.status == GONE
    planned = None if outcome.delivered or last or not alive else seconds_before(
        command.attempt + 1, delivery_id=command.delivery_id, retry_after_seconds=outcome.retry_after_seconds
    )  # fmt: skip
    state = "delivered" if outcome.delivered else "failed"
    connection.execute(
        SQL["keep_attempt"],
        {
            "delivery_id": command.delivery_id, "attempt": command.attempt, "at": at,
            "duration_ms": outcome.duration_ms, "status": outcome.status, "error": outcome.error,
            "retry_after_seconds": outcome.retry_after_seconds, "ends_as": state if planned is None else None,
            "next_attempt_at": None if planned is None else at + timedelta(seconds=planned),
        },
    )  # fmt: skip
    if planned is not None:
        following = command.model_copy(update={"attempt": command.attempt + 1})
        message = wrap(following, dedup_key=following.dedup_key, cause=cause)
        outbox.enqueue(connection, message, at=at, delay_seconds=planned)
    if outcome.status == GONE:
        disable_gone(connection, webhook_id=waiting["webhook_id"], at=at)
