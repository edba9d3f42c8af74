"""The ledger as replies show it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from auspex.platform.account_representations import Plan
from auspex.platform.replies import Representation

Kind = Literal["grant", "reserve", "settle", "release", "spend", "refund", "adjust"]
TransactionId = Annotated[
    str, Field(pattern=r"^txn_[0-9A-HJKMNP-TV-Z]{26}$", examples=["txn_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])
]


class AllowanceOut(Representation):
    """Analyses of a free account in this UTC day."""

    limit: int
    used: int
    remaining: int
    cooldown_until: datetime | None
    resets_at: datetime


class BalanceOut(Representation):
    """Tokens to spend and tokens set aside for work under way."""

    available: int
    reserved: int
    plan: Plan
    allowance: Annotated[AllowanceOut | None, Field(description="Null where the plan has no limit")]


class TransactionOut(Representation):
    """One transaction: what it moved, and what was there after it."""

    transaction_id: TransactionId
    kind: Kind
    at: datetime
    available: Annotated[int, Field(description="Change of the tokens to spend")]
    reserved: Annotated[int, Field(description="Change of the tokens set aside")]
    charged: Annotated[int, Field(description="Tokens paid; negative for a refund")]
    available_after: int
    reserved_after: int
    reservation_id: str | None
    job_id: str | None
    refunds: Annotated[str | None, Field(description="The transaction that this one pays back")]
    route: str | None
    request_id: str | None
    note: str | None
