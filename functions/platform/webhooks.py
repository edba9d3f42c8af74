"""Register the account's webhooks, show, change and delete them, rotate their secrets.
Route: POST, GET /v1/webhooks · GET, PATCH, DELETE /v1/webhooks/{webhook_id} · POST /v1/webhooks/{webhook_id}/rotate
Reads, writes: platform.webhook_endpoints, webhook_secrets, webhook_deliveries
Fails: not-found, webhook-limit-reached, webhook-secret-shown-once, webhook-rotations-pending, idempotency-key-reused"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from fastapi import Path
from pydantic import Field, field_validator, model_validator

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import WEBHOOK_OVERLAP_SECONDS_DEFAULT, WEBHOOK_OVERLAP_SECONDS_MAX
from auspex.platform.accounts import ANY_WRITE_SCOPE
from auspex.platform.endpoint import ANY_SCOPE, Caller, IdempotencyKey, endpoint
from auspex.platform.origin import Origin
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Request
from auspex.platform.webhook_endpoints import (
    NewWebhook,
    Status,
    WebhookChange,
    change_webhook,
    create_webhook,
    delete_webhook,
    list_webhooks,
    load_webhook,
    rotate_secret,
)
from auspex.platform.webhook_representations import (
    Description,
    NewWebhookOut,
    Subscriptions,
    WebhookId,
    WebhookOut,
    WebhookUrl,
    require_distinct,
)

ROUTE = "/v1/webhooks"
ONE = "/v1/webhooks/{webhook_id}"
ROTATION_ROUTE = "/v1/webhooks/{webhook_id}/rotate"
WebhookPath = Annotated[WebhookId, Path()]

api = endpoint(__name__, scope=ANY_SCOPE)


class CreateWebhook(Request):
    """A new webhook."""

    url: WebhookUrl
    event_types: Subscriptions
    description: Description = ""

    _distinct = field_validator("event_types")(require_distinct)


class ChangeWebhook(Request):
    """What changes; a field left out stays as it is."""

    url: WebhookUrl | None = None
    event_types: Subscriptions | None = None
    description: Description | None = None
    status: Annotated[Status | None, Field(description="`disabled` cancels what waits; `active` begins anew")] = None

    _distinct = field_validator("event_types")(require_distinct)

    @model_validator(mode="after")
    def change_something(self) -> Self:
        """Refuse a request that changes nothing."""
        if all(value is None for value in (self.url, self.event_types, self.description, self.status)):
            raise ValueError("give at least one of url, event_types, description, status")
        return self


class RotateSecret(Request):
    """How a secret is replaced."""

    overlap_seconds: Annotated[
        int, Field(ge=0, le=WEBHOOK_OVERLAP_SECONDS_MAX, description="How long the old secret signs beside the new one")
    ] = WEBHOOK_OVERLAP_SECONDS_DEFAULT


@api.post(ROUTE, status_code=201, response_model=NewWebhookOut, replayable=False, scope=ANY_WRITE_SCOPE)
async def create_own_webhook(body: CreateWebhook, caller: Caller, idempotency_key: IdempotencyKey) -> NewWebhookOut:
    """Register a webhook; its signing secret is in this reply and can never be read again.

    Messages are signed after Standard Webhooks. A repeated Idempotency-Key answers 409 with the `webhook_id`.
    """
    origin = Origin.of(caller.account_id, ROUTE, idempotency_key, body.model_dump(mode="json"))
    new, at = NewWebhook(**body.model_dump()), current_clock().now()
    with transaction() as connection:
        issued = create_webhook(connection, account_id=caller.account_id, new=new, origin=origin, at=at)
    return NewWebhookOut.of_issued(issued)


@api.get(ROUTE, page_of=WebhookOut)
async def list_own_webhooks(
    caller: Caller, limit: PageLimit = PAGE_LIMIT_DEFAULT, cursor: Cursor = None
) -> Page[WebhookOut]:
    """List the account's webhooks, newest first; secrets are not shown."""
    at = current_clock().now()
    found = list_webhooks(connect(), account_id=caller.account_id, limit=limit, cursor=cursor, at=at)
    return Page(rows=[WebhookOut.of(webhook) for webhook in found.webhooks], next_cursor=found.next_cursor)


@api.get(ONE, response_model=WebhookOut)
async def show_own_webhook(webhook_id: WebhookPath, caller: Caller) -> WebhookOut:
    """Show one webhook."""
    at = current_clock().now()
    return WebhookOut.of(load_webhook(connect(), account_id=caller.account_id, webhook_id=webhook_id, at=at))


@api.patch(ONE, response_model=WebhookOut, scope=ANY_WRITE_SCOPE)
async def change_own_webhook(webhook_id: WebhookPath, body: ChangeWebhook, caller: Caller) -> WebhookOut:
    """Change a webhook's URL, events or description, disable it, or make it active again after a 410."""
    change = WebhookChange(**body.model_dump())
    at = current_clock().now()
    with transaction() as connection:
        changed = change_webhook(connection, account_id=caller.account_id, webhook_id=webhook_id, change=change, at=at)
    return WebhookOut.of(changed)


@api.delete(ONE, response_model=WebhookOut, scope=ANY_WRITE_SCOPE)
async def delete_own_webhook(webhook_id: WebhookPath, caller: Caller) -> WebhookOut:
    """Delete a webhook: its secrets are erased and nothing more is sent, not even what waits; returns it as it was."""
    at = current_clock().now()
    with transaction() as connection:
        deleted = delete_webhook(connection, account_id=caller.account_id, webhook_id=webhook_id, at=at)
    return WebhookOut.of(deleted)


@api.post(ROTATION_ROUTE, status_code=201, response_model=NewWebhookOut, replayable=False, scope=ANY_WRITE_SCOPE)
async def rotate_own_webhook(
    webhook_id: WebhookPath, body: RotateSecret, caller: Caller, idempotency_key: IdempotencyKey
) -> NewWebhookOut:
    """Give a webhook a new signing secret; until the overlap is over messages bear signatures of both."""
    request = {"webhook_id": webhook_id} | body.model_dump(mode="json")
    origin = Origin.of(caller.account_id, ROTATION_ROUTE, idempotency_key, request)
    with transaction() as connection:
        issued = rotate_secret(
            connection, account_id=caller.account_id, webhook_id=webhook_id,
            overlap=timedelta(seconds=body.overlap_seconds), origin=origin, at=current_clock().now(),
        )  # fmt: skip
    return NewWebhookOut.of_issued(issued)


handler = api.handler
