"""`client.refunds`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.shared import Transaction
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.refunds import CREATE_REFUND


class AsyncRefunds(AsyncResource):
    """Operations of `refunds`."""

    async def create(
        self, *, reason: str, transaction_id: str, tokens: int | None = None, options: CallOptions | None = None
    ) -> Reply[Transaction]:
        """Pay back at most what was charged; once per Idempotency-Key.

        `tokens`: Left out: all that is not paid back yet.

        POST /v1/refunds, scope `admin`.
        """
        return await self._auspex.call(
            CREATE_REFUND,
            Transaction,
            body=given({"reason": reason, "tokens": tokens, "transaction_id": transaction_id}),
            options=options,
        )
