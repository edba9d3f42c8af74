"""What was sent to a webhook and how it went; a replay is a new delivery of the same message."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from auspex.core import outbox
from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.ids import new_id
from auspex.core.messages import Cause, wrap
from auspex.core.problems import IdempotencyKeyReused, NotFound
from auspex.platform.origin import Origin
from auspex.platform.webhook_endpoints import load_webhook
from auspex.platform.webhook_messages import DeliverWebhook
from auspex.platform.webhook_problems import DeliveryPending, WebhookDisabled

SQL = load_sql(Path(__file__).with_suffix(".sql"))
State = Literal["pending", "delivered", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Filters of a webhook's deliveries; None means any."""

    state: State | None = None
    event_type: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries with their attempts, newest first, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_deliveries(
    connection: Connection, query: DeliveryQuery, *, account_id: str, webhook_id: str, limit: int, cursor: str | None,
    at: datetime,
) -> DeliveryPage:  # fmt: skip
    """Return a page of a webhook's deliveries. Raises NotFound, and MalformedRequest for a foreign cursor."""
    load_webhook(connection, account_id=account_id, webhook_id=webhook_id, at=at)
    filters = {"list": "webhook-deliveries", "account_id": account_id, "webhook_id": webhook_id, **asdict(query)}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    rows = fetch_all(
        connection,
        SQL["list_deliveries"],
        asdict(query) | {"webhook_id": webhook_id, "before": before, "rows_max": limit + 1},
    )
    kept = rows[:limit]
    more = len(rows) > limit
    return DeliveryPage(kept, encode_cursor([kept[-1]["delivery_id"]], filters=filters) if more else None)


def replay_delivery(
    connection: Connection, *, account_id: str, webhook_id: str, delivery_id: str, origin: Origin, cause: Cause,
    at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Send a finished delivery's message again, under the same `webhook-id`; a repeated request returns the first one.

    Raises NotFound, WebhookDisabled, DeliveryPending, IdempotencyKeyReused.
    """
    webhook = load_webhook(connection, account_id=account_id, webhook_id=webhook_id, at=at)
    earlier = fetch_one(connection, SQL["find_asked_delivery"], asdict(origin))
    if earlier is not None:
        return _same(connection, earlier)
    original = load_delivery(connection, webhook_id=webhook_id, delivery_id=delivery_id)
    if webhook.status != "active":
        raise WebhookDisabled(detail=f"{webhook_id} is disabled.")
    if original["state"] == "pending":
        raise DeliveryPending(detail=f"{delivery_id} has made {original['attempts']} attempts so far.")
    made = new_id("dlv")
    row = fetch_one(
        connection, SQL["insert_replay"], asdict(origin) | {"made": made, "delivery_id": delivery_id, "at": at}
    )
    if row is None:  # a twin was faster
        return _same(connection, fetch_one(connection, SQL["find_asked_delivery"], asdict(origin)) or {})
    command = DeliverWebhook(delivery_id=made, attempt=1)
    outbox.enqueue(connection, wrap(command, dedup_key=command.dedup_key, cause=cause), at=at)
    return load_delivery(connection, webhook_id=webhook_id, delivery_id=made)


def load_delivery(connection: Connection, *, webhook_id: str, delivery_id: str) -> dict[str, Any]:
    """Return one delivery of a webhook with its attempts. Raises NotFound."""
    row = fetch_one(connection, SQL["find_delivery"], {"webhook_id": webhook_id, "delivery_id": delivery_id})
    if row is None:
        raise NotFound(detail=f"There is no delivery {delivery_id}.")
    return row


def _same(connection: Connection, earlier: dict[str, Any]) -> dict[str, Any]:
    if not earlier["same_request"]:
        raise IdempotencyKeyReused(detail="This Idempotency-Key was used for another request on this route.")
    return load_delivery(connection, webhook_id=earlier["webhook_id"], delivery_id=earlier["delivery_id"])
