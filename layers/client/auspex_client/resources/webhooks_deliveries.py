"""`client.webhooks.deliveries`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.webhooks_deliveries import Delivery
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_OWN_DELIVERIES = Operation("list_own_deliveries", "GET", "/v1/webhooks/{webhook_id}/deliveries")
REPLAY_OWN_DELIVERY = Operation(
    "replay_own_delivery", "POST", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replays"
)


class WebhooksDeliveries(Resource):
    """Operations of `webhooks.deliveries`."""

    def list(
        self,
        webhook_id: str,
        *,
        state: Literal["pending", "delivered", "failed", "cancelled"] | None = None,
        event_type: Literal[
            "job.succeeded",
            "job.failed",
            "job.cancelled",
            "job.expired",
            "filing.detected",
            "filing.analyzed",
            "backfill.finished",
            "guidance.changed",
            "guidance.resolved",
        ]
        | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Delivery]:
        """List what was sent to a webhook with every attempt, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/webhooks/{webhook_id}/deliveries, any key.
        """
        return self._auspex.page(
            LIST_OWN_DELIVERIES,
            Delivery,
            path={"webhook_id": webhook_id},
            query=given({"state": state, "event_type": event_type, "limit": limit, "cursor": cursor}),
            options=options,
        )

    def replay(self, webhook_id: str, delivery_id: str, *, options: CallOptions | None = None) -> Reply[Delivery]:
        """Send a finished delivery's message again, as a new delivery under the same `webhook-id`.

        A repeated Idempotency-Key answers with the delivery that the first request made.

        POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replays, any key that may do more than read.
        """
        return self._auspex.call(
            REPLAY_OWN_DELIVERY, Delivery, path={"webhook_id": webhook_id, "delivery_id": delivery_id}, options=options
        )
