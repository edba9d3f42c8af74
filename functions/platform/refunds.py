"""Pay a charge back, whole or in part.
Route: POST /v1/refunds · Writes: platform.ledger_transactions · Fails: not-found, refund-exceeds-charge,
idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import transaction
from auspex.core.limits import GRANT_TOKENS_MAX, NOTE_CHARACTERS_MAX
from auspex.platform.account_representations import PrintableName
from auspex.platform.endpoint import Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.ledger_admin import RefundTokens, refund_tokens
from auspex.platform.ledger_representations import TransactionId, TransactionOut
from auspex.platform.origin import Origin
from auspex.platform.replies import Request

ROUTE = "/v1/refunds"
api = endpoint(__name__, scope="admin")


class CreateRefund(Request):
    """Which charge (a `spend` or `settle` of some account's ledger) to pay back, and why."""

    transaction_id: TransactionId
    tokens: Annotated[
        int | None, Field(ge=1, le=GRANT_TOKENS_MAX, description="Left out: all that is not paid back yet")
    ] = None
    reason: Annotated[str, PrintableName, Field(max_length=NOTE_CHARACTERS_MAX, examples=["the answer was late"])]


@api.post(ROUTE, status_code=201, response_model=TransactionOut)
async def create_refund(
    body: CreateRefund, caller: Caller, cause: RequestCause, idempotency_key: IdempotencyKey
) -> TransactionOut:
    """Pay back at most what was charged; once per Idempotency-Key."""
    command = RefundTokens(transaction_id=body.transaction_id, tokens=body.tokens, note=body.reason)
    origin = Origin.of(caller.account_id, ROUTE, idempotency_key, body.model_dump(mode="json"))
    with transaction() as connection:
        row = refund_tokens(
            connection, command, origin=origin, request_key=origin.key_or_new(), request_id=cause.request_id,
            at=current_clock().now(),
        )  # fmt: skip
    return TransactionOut.model_validate(row)


handler = api.handler
