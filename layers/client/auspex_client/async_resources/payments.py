"""`client.payments`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auspex_client.calls import CallOptions, given
from auspex_client.models.payments import Received
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.payments import RECEIVE_PAYMENT_EVENT


class AsyncPayments(AsyncResource):
    """Operations of `payments`."""

    async def receive_event(
        self, type: str, *, data: Mapping[str, Any] | None = None, options: CallOptions | None = None
    ) -> Reply[Received]:
        """Take a Standard Webhooks event; `payment.succeeded` tops up once per payment id, other types are left alone.

        POST /v1/payments/webhook, no key.
        """
        return await self._auspex.call(
            RECEIVE_PAYMENT_EVENT, Received, body=given({"data": data, "type": type}), options=options
        )
