"""Show what was sent to a webhook and how it went; send a message again.
Route: GET /v1/webhooks/{webhook_id}/deliveries · POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replays
Reads, writes: platform.webhook_deliveries, webhook_attempts · Sends: DeliverWebhook
Fails: not-found, webhook-disabled, delivery-pending, idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.platform.accounts import ANY_WRITE_SCOPE
from auspex.platform.endpoint import ANY_SCOPE, Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.origin import Origin
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit
from auspex.platform.webhook_deliveries import DeliveryQuery, State, list_deliveries, replay_delivery
from auspex.platform.webhook_events import EventType
from auspex.platform.webhook_representations import DeliveryId, DeliveryOut, WebhookId

ROUTE = "/v1/webhooks/{webhook_id}/deliveries"
REPLAY_ROUTE = "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replays"
WebhookPath = Annotated[WebhookId, Path()]
DeliveryPath = Annotated[DeliveryId, Path()]

api = endpoint(__name__, scope=ANY_SCOPE)


@api.get(ROUTE, page_of=DeliveryOut)
async def list_own_deliveries(
    *,
    webhook_id: WebhookPath,
    caller: Caller,
    state: Annotated[State | None, Query(examples=["failed"])] = None,
    event_type: Annotated[EventType | None, Query(examples=["job.succeeded"])] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[DeliveryOut]:
    """List what was sent to a webhook with every attempt, newest first."""
    found = list_deliveries(
        connect(), DeliveryQuery(state=state, event_type=event_type), account_id=caller.account_id,
        webhook_id=webhook_id, limit=limit, cursor=cursor, at=current_clock().now(),
    )  # fmt: skip
    return Page(rows=[DeliveryOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.post(REPLAY_ROUTE, status_code=202, response_model=DeliveryOut, scope=ANY_WRITE_SCOPE)
async def replay_own_delivery(
    webhook_id: WebhookPath,
    delivery_id: DeliveryPath,
    caller: Caller,
    cause: RequestCause,
    idempotency_key: IdempotencyKey,
) -> DeliveryOut:
    """Send a finished delivery's message again, as a new delivery under the same `webhook-id`.

    A repeated Idempotency-Key answers with the delivery that the first request made.
    """
    request = {"webhook_id": webhook_id, "delivery_id": delivery_id}
    origin = Origin.of(caller.account_id, REPLAY_ROUTE, idempotency_key, request)
    with transaction() as connection:
        row = replay_delivery(
            connection, account_id=caller.account_id, webhook_id=webhook_id, delivery_id=delivery_id, origin=origin,
            cause=cause, at=current_clock().now(),
        )  # fmt: skip
    return DeliveryOut.model_validate(row)


handler = api.handler
