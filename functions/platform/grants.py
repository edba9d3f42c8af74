"""Give tokens to an account, or adjust its balance.
Route: POST /v1/grants · Writes: platform.ledger_transactions · Fails: not-found, balance-too-small,
idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from auspex.core.clock import current_clock
from auspex.core.database import transaction
from auspex.core.limits import GRANT_TOKENS_MAX, NOTE_CHARACTERS_MAX
from auspex.platform.account_representations import ACCOUNT_PATTERN, PrintableName
from auspex.platform.endpoint import Caller, IdempotencyKey, RequestCause, endpoint
from auspex.platform.ledger_admin import GrantTokens, grant_tokens
from auspex.platform.ledger_representations import TransactionOut
from auspex.platform.origin import Origin
from auspex.platform.replies import Request

ROUTE = "/v1/grants"
api = endpoint(__name__, scope="admin")


class CreateGrant(Request):
    """Tokens for an account, and why. Only an adjustment may take tokens away."""

    account_id: Annotated[str, Field(pattern=ACCOUNT_PATTERN, examples=["acct_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])]
    tokens: Annotated[int, Field(ge=-GRANT_TOKENS_MAX, le=GRANT_TOKENS_MAX, examples=[30])]
    kind: Literal["grant", "adjust"] = "grant"
    reason: Annotated[str, PrintableName, Field(max_length=NOTE_CHARACTERS_MAX, examples=["welcome"])]

    @model_validator(mode="after")
    def move_tokens(self) -> Self:
        """Refuse a grant that is not positive and an adjustment by nothing."""
        if self.tokens == 0 or (self.kind == "grant" and self.tokens < 0):
            raise ValueError("a grant is positive, an adjustment is not zero")
        return self


@api.post(ROUTE, status_code=201, response_model=TransactionOut)
async def create_grant(
    body: CreateGrant, caller: Caller, cause: RequestCause, idempotency_key: IdempotencyKey
) -> TransactionOut:
    """Give tokens once per Idempotency-Key; without one every call gives anew."""
    command = GrantTokens(account_id=body.account_id, tokens=body.tokens, kind=body.kind, note=body.reason)
    origin = Origin.of(caller.account_id, ROUTE, idempotency_key, body.model_dump(mode="json"))
    with transaction() as connection:
        row = grant_tokens(
            connection, command, origin=origin, request_key=origin.key_or_new(), request_id=cause.request_id,
            at=current_clock().now(),
        )  # fmt: skip
    return TransactionOut.model_validate(row)


handler = api.handler
