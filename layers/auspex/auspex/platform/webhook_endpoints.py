"""An account's webhooks and their secrets. A secret is in the reply that first carries it, and sealed in its row.

Everything that makes or rotates locks the account's row first, so that caps hold and twins come one after the other.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.egress import parse_destination, read_rules
from auspex.core.ids import new_id
from auspex.core.limits import WEBHOOK_SECRETS_MAX, WEBHOOKS_MAX
from auspex.core.problems import IdempotencyKeyReused, NotFound
from auspex.core.sealing import seal, unseal
from auspex.core.webhook_signatures import make_signing_secret
from auspex.platform.origin import Origin
from auspex.platform.webhook_problems import WebhookLimitReached, WebhookRotationsPending, WebhookSecretShownOnce

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SEALED_FOR = "webhook-secret"
Status = Literal["active", "disabled"]


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint of an account; `secrets` tells when each that signs was made and when it stops, newest first."""

    webhook_id: str
    url: str
    description: str
    event_types: list[str]
    status: Status
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime
    secrets: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class IssuedWebhook:
    """A webhook with a new secret, at the only moment it can be read."""

    webhook: Webhook
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """What a new webhook shall be."""

    url: str
    event_types: list[str]
    description: str = ""


@dataclass(frozen=True, slots=True)
class WebhookChange:
    """What of a webhook changes; None leaves it as it is."""

    url: str | None = None
    event_types: list[str] | None = None
    description: str | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class WebhookPage:
    """Webhooks, newest first, and where the next page begins."""

    webhooks: list[Webhook]
    next_cursor: str | None


def create_webhook(
    connection: Connection, *, account_id: str, new: NewWebhook, origin: Origin, at: datetime
) -> IssuedWebhook:
    """Register an endpoint. Raises ValidationFailed for its URL, WebhookLimitReached, IdempotencyKeyReused, and
    WebhookSecretShownOnce when the same request did so before.
    """
    parse_destination(new.url, read_rules())
    connection.execute(SQL["lock_account"], {"account_id": account_id})
    _refuse_repeat(fetch_one(connection, SQL["find_asked_webhook"], asdict(origin)))
    count = fetch_one(connection, SQL["count_webhooks"], {"account_id": account_id})
    if count is None or count["webhooks"] >= WEBHOOKS_MAX:
        raise WebhookLimitReached(detail=f"{WEBHOOKS_MAX} webhooks of this account exist; delete one first.")
    webhook_id = new_id("hook")
    connection.execute(
        SQL["insert_webhook"],
        asdict(new) | asdict(origin) | {"webhook_id": webhook_id, "account_id": account_id, "at": at},
    )
    secret = _add_secret(connection, account_id, webhook_id, origin=None, at=at)
    return IssuedWebhook(load_webhook(connection, account_id=account_id, webhook_id=webhook_id, at=at), secret)


def rotate_secret(
    connection: Connection, *, account_id: str, webhook_id: str, overlap: timedelta, origin: Origin, at: datetime
) -> IssuedWebhook:
    """Give a webhook a new secret; those before it sign as well until the overlap is over, or sooner if they were to.

    Raises NotFound, WebhookRotationsPending, IdempotencyKeyReused, WebhookSecretShownOnce.
    """
    connection.execute(SQL["lock_account"], {"account_id": account_id})
    webhook = load_webhook(connection, account_id=account_id, webhook_id=webhook_id, at=at)
    _refuse_repeat(fetch_one(connection, SQL["find_asked_rotation"], asdict(origin)))
    if overlap > timedelta(0) and len(webhook.secrets) >= WEBHOOK_SECRETS_MAX:
        raise WebhookRotationsPending(detail=f"{len(webhook.secrets)} secrets of {webhook_id} sign at present.")
    connection.execute(SQL["retire_secrets"], {"webhook_id": webhook_id, "ends_at": at + overlap})
    secret = _add_secret(connection, account_id, webhook_id, origin=origin, at=at)
    return IssuedWebhook(load_webhook(connection, account_id=account_id, webhook_id=webhook_id, at=at), secret)


def change_webhook(
    connection: Connection, *, account_id: str, webhook_id: str, change: WebhookChange, at: datetime
) -> Webhook:
    """Change what is given; disabling cancels the deliveries that wait. Raises NotFound, ValidationFailed."""
    if change.url is not None:
        parse_destination(change.url, read_rules())
    row = fetch_one(
        connection,
        SQL["change_webhook"],
        asdict(change) | {"account_id": account_id, "webhook_id": webhook_id, "at": at},
    )
    if row is None:
        raise _unknown(webhook_id)
    if change.status == "disabled":
        connection.execute(SQL["cancel_deliveries"], {"webhook_id": webhook_id, "at": at})
    return load_webhook(connection, account_id=account_id, webhook_id=webhook_id, at=at)


def delete_webhook(connection: Connection, *, account_id: str, webhook_id: str, at: datetime) -> Webhook:
    """Remove a webhook, erase its secrets, cancel what waits for it; returns it as it was. Raises NotFound."""
    webhook = load_webhook(connection, account_id=account_id, webhook_id=webhook_id, at=at)
    connection.execute(SQL["delete_webhook"], {"webhook_id": webhook_id, "at": at})
    connection.execute(SQL["erase_secrets"], {"webhook_id": webhook_id, "at": at})
    connection.execute(SQL["cancel_deliveries"], {"webhook_id": webhook_id, "at": at})
    return webhook


def disable_gone(connection: Connection, *, webhook_id: str, at: datetime) -> None:
    """Disable an endpoint that answered 410 and cancel what waits for it."""
    connection.execute(SQL["disable_gone"], {"webhook_id": webhook_id, "at": at})
    connection.execute(SQL["cancel_deliveries"], {"webhook_id": webhook_id, "at": at})


def load_webhook(connection: Connection, *, account_id: str, webhook_id: str, at: datetime) -> Webhook:
    """Return one webhook of an account. Raises NotFound for an unknown one and for another account's."""
    row = fetch_one(connection, SQL["find_webhook"], {"account_id": account_id, "webhook_id": webhook_id, "at": at})
    if row is None:
        raise _unknown(webhook_id)
    return Webhook(**row)


def list_webhooks(
    connection: Connection, *, account_id: str, limit: int, cursor: str | None, at: datetime
) -> WebhookPage:
    """Return a page of an account's webhooks, newest first. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "webhooks", "account_id": account_id}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    rows = fetch_all(
        connection,
        SQL["list_webhooks"],
        {"account_id": account_id, "before": before, "at": at, "rows_max": limit + 1},
    )
    kept = [Webhook(**row) for row in rows[:limit]]
    more = len(rows) > limit
    return WebhookPage(kept, encode_cursor([kept[-1].webhook_id], filters=filters) if more else None)


def open_secrets(connection: Connection, *, account_id: str, webhook_id: str, at: datetime) -> list[str]:
    """Return the secrets that sign at an instant, newest first. Raises SealBrokenError."""
    rows = fetch_all(connection, SQL["list_sealed"], {"webhook_id": webhook_id, "at": at})
    return [unseal(bytes(row["sealed"]), account_id=account_id, purpose=SEALED_FOR) for row in rows]


def _add_secret(
    connection: Connection, account_id: str, webhook_id: str, *, origin: Origin | None, at: datetime
) -> str:
    secret = make_signing_secret()
    asked = asdict(origin) if origin else dict.fromkeys(Origin.__dataclass_fields__)
    connection.execute(
        SQL["insert_secret"],
        asked | {
            "secret_id": new_id("whs"), "webhook_id": webhook_id, "at": at,
            "sealed": seal(secret, account_id=account_id, purpose=SEALED_FOR),
        },
    )  # fmt: skip
    return secret


def _refuse_repeat(earlier: dict[str, Any] | None) -> None:
    """Raise when this Idempotency-Key made a secret before: it cannot be shown a second time."""
    if earlier is None:
        return
    if not earlier["same_request"]:
        raise IdempotencyKeyReused(detail="This Idempotency-Key was used for another request on this route.")
    webhook_id = earlier["webhook_id"]
    raise WebhookSecretShownOnce(detail=f"This request made a secret of {webhook_id} before.", webhook_id=webhook_id)


def _unknown(webhook_id: str) -> NotFound:
    return NotFound(detail=f"There is no webhook {webhook_id}.")
