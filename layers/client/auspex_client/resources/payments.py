"""`client.payments`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auspex_client.resource import AsyncResource, Resource
from auspex_client.resources.payments_webhook import AsyncPaymentsWebhook, PaymentsWebhook

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex
    from auspex_client.client import Auspex


class Payments(Resource):
    """Operations of `payments`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.webhook = PaymentsWebhook(auspex)


class AsyncPayments(AsyncResource):
    """Operations of `payments`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.webhook = AsyncPaymentsWebhook(auspex)
