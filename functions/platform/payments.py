"""Receive the payment provider's signed events; a payment tops its account up once.
Route: POST /v1/payments/webhook · Writes: platform.payments, ledger_transactions, accounts
Fails: signature-invalid, validation-failed, not-found"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from fastapi import Request as HttpRequest
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from auspex.core.clock import current_clock
from auspex.core.database import transaction
from auspex.core.webhook_signatures import VerifiedHook
from auspex.platform.endpoint import RequestCause, endpoint
from auspex.platform.ledger_admin import receive_payment
from auspex.platform.payments import payment_of, verify_payment_event
from auspex.platform.replies import Representation

api = endpoint(__name__, scope=None)


class PaymentEvent(BaseModel):
    """An event of the payment provider; members that we do not know are its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Annotated[str, Field(max_length=200, examples=["payment.succeeded"])]
    data: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            examples=[{"payment_id": "pay_1", "account_id": "acct_01K7Z3Y8N4Q6R2T5V9W1X0ABCD", "pack": 30}],
        ),
    ]


class ReceivedOut(Representation):
    """Whether this event topped the account up, or an earlier one of the same payment had."""

    payment_id: str
    topped_up: bool


async def _verified(request: HttpRequest) -> VerifiedHook:
    return verify_payment_event(request.headers, await request.body(), at=current_clock().now())


@api.post("/v1/payments/webhook", response_model=ReceivedOut, responses={204: {"description": "Another type of event"}})
async def receive_payment_event(
    body: PaymentEvent, hook: Annotated[VerifiedHook, Depends(_verified)], cause: RequestCause
) -> ReceivedOut | Response:
    """Take a Standard Webhooks event; `payment.succeeded` tops up once per payment id, other types are left alone."""
    payment = payment_of(body.type, body.data, hook=hook)
    if payment is None:
        return Response(status_code=204)
    with transaction() as connection:
        made = receive_payment(connection, payment, request_id=cause.request_id, at=current_clock().now())
    return ReceivedOut(payment_id=payment.payment_id, topped_up=made)


handler = api.handler
