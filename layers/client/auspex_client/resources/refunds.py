"""`client.refunds`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.shared import Transaction
from auspex_client.replies import Reply
from auspex_client.resource import Resource

CREATE_REFUND = Operation("create_refund", "POST", "/v1/refunds")


class Refunds(Resource):
    """Operations of `refunds`."""

    def create(
        self, *, reason: str, transaction_id: str, tokens: int | None = None, options: CallOptions | None = None
    ) -> Reply[Transaction]:
        """Pay back at most what was charged; once per Idempotency-Key.

        `tokens`: Left out: all that is not paid back yet.

        POST /v1/refunds, scope `admin`.
        """
        return self._auspex.call(
            CREATE_REFUND,
            Transaction,
            body=given({"reason": reason, "tokens": tokens, "transaction_id": transaction_id}),
            options=options,
        )
