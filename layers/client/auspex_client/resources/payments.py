"""`client.payments`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.payments import Received
from auspex_client.replies import Reply
from auspex_client.resource import Resource

RECEIVE_PAYMENT_EVENT = Operation("receive_payment_event", "POST", "/v1/payments/webhook")


class Payments(Resource):
    """Operations of `payments`."""

    def receive_event(
        self, type: str, *, data: Mapping[str, Any] | None = None, options: CallOptions | None = None
    ) -> Reply[Received]:
        """Take a Standard Webhooks event; `payment.succeeded` tops up once per payment id, other types are left alone.

        POST /v1/payments/webhook, no key.
        """
        return self._auspex.call(
            RECEIVE_PAYMENT_EVENT, Received, body=given({"data": data, "type": type}), options=options
        )
