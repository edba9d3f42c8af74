"""`client.webhooks`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from auspex_client.async_resources.webhooks_deliveries import AsyncWebhooksDeliveries
from auspex_client.calls import OMIT, CallOptions, Omit, given
from auspex_client.models.webhooks import NewWebhook, Webhook
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.webhooks import (
    CHANGE_OWN_WEBHOOK,
    CREATE_OWN_WEBHOOK,
    DELETE_OWN_WEBHOOK,
    LIST_OWN_WEBHOOKS,
    ROTATE_OWN_WEBHOOK,
    SHOW_OWN_WEBHOOK,
)

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncWebhooks(AsyncResource):
    """Operations of `webhooks`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.deliveries = AsyncWebhooksDeliveries(auspex)

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPage[Webhook]:
        """List the account's webhooks, newest first; secrets are not shown.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/webhooks, any key.
        """
        return await self._auspex.page(
            LIST_OWN_WEBHOOKS, Webhook, query=given({"limit": limit, "cursor": cursor}), options=options
        )

    async def create(
        self,
        *,
        event_types: Sequence[
            Literal[
                "job.succeeded",
                "job.failed",
                "job.cancelled",
                "job.expired",
                "filing.detected",
                "filing.analyzed",
                "backfill.finished",
                "guidance.changed",
                "guidance.resolved",
                "*",
            ]
        ],
        url: str,
        description: str | None = None,
        options: CallOptions | None = None,
    ) -> Reply[NewWebhook]:
        """Register a webhook; its signing secret is in this reply and can never be read again.

        Messages are signed after Standard Webhooks. A repeated Idempotency-Key answers 409 with the `webhook_id`.

        `event_types`: `*` is everything, also what is added later. `url`: https, to a public address; redirects are not
        followed.

        POST /v1/webhooks, any key that may do more than read.
        """
        return await self._auspex.call(
            CREATE_OWN_WEBHOOK,
            NewWebhook,
            body=given({"description": description, "event_types": event_types, "url": url}),
            options=options,
        )

    async def delete(self, webhook_id: str, *, options: CallOptions | None = None) -> Reply[Webhook]:
        """Delete a webhook: its secrets are erased and nothing more is sent, not even what waits; returns it as it was.

        DELETE /v1/webhooks/{webhook_id}, any key that may do more than read.
        """
        return await self._auspex.call(DELETE_OWN_WEBHOOK, Webhook, path={"webhook_id": webhook_id}, options=options)

    async def show(self, webhook_id: str, *, options: CallOptions | None = None) -> Reply[Webhook]:
        """Show one webhook.

        GET /v1/webhooks/{webhook_id}, any key.
        """
        return await self._auspex.call(SHOW_OWN_WEBHOOK, Webhook, path={"webhook_id": webhook_id}, options=options)

    async def update(
        self,
        webhook_id: str,
        *,
        description: str | Omit | None = OMIT,
        event_types: Sequence[
            Literal[
                "job.succeeded",
                "job.failed",
                "job.cancelled",
                "job.expired",
                "filing.detected",
                "filing.analyzed",
                "backfill.finished",
                "guidance.changed",
                "guidance.resolved",
                "*",
            ]
        ]
        | Omit
        | None = OMIT,
        status: Literal["active", "disabled"] | Omit | None = OMIT,
        url: str | Omit | None = OMIT,
        options: CallOptions | None = None,
    ) -> Reply[Webhook]:
        """Change a webhook's URL, events or description, disable it, or make it active again after a 410.

        `status`: `disabled` cancels what waits; `active` begins anew.

        PATCH /v1/webhooks/{webhook_id}, any key that may do more than read.
        """
        return await self._auspex.call(
            CHANGE_OWN_WEBHOOK,
            Webhook,
            path={"webhook_id": webhook_id},
            body=given({}, {"description": description, "event_types": event_types, "status": status, "url": url}),
            options=options,
        )

    async def rotate(
        self, webhook_id: str, *, overlap_seconds: int | None = None, options: CallOptions | None = None
    ) -> Reply[NewWebhook]:
        """Give a webhook a new signing secret; until the overlap is over messages bear signatures of both.

        `overlap_seconds`: How long the old secret signs beside the new one.

        POST /v1/webhooks/{webhook_id}/rotate, any key that may do more than read.
        """
        return await self._auspex.call(
            ROTATE_OWN_WEBHOOK,
            NewWebhook,
            path={"webhook_id": webhook_id},
            body=given({"overlap_seconds": overlap_seconds}),
            options=options,
        )
