"""Accounts and keys as replies show them. No representation but `NewKeyOut` has a place for a secret."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from auspex.platform.key_ring import ApiKey, IssuedKey, Mode, State
from auspex.platform.replies import Representation

Plan = Literal["free", "prepaid", "premium"]
AccountStatus = Literal["active", "suspended"]
PrintableName = StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f\x7f]*$")
"""A name without control characters; how long it may be stands where it is used."""
ACCOUNT_PATTERN = r"^acct_[0-9A-HJKMNP-TV-Z]{26}$"


class AccountOut(Representation):
    """An account."""

    account_id: str
    name: str
    plan: Plan
    status: AccountStatus
    created_at: datetime


class KeyOut(Representation):
    """A key, without its secret."""

    key_id: str
    account_id: str
    name: str
    mode: Mode
    scopes: list[str]
    state: Annotated[State, Field(description="`retiring`: rotated, and still working until `revoked_at`")]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: Annotated[datetime | None, Field(description="May lie ahead: the end of a rotation's overlap")]
    replaces: Annotated[str | None, Field(description="The key whose rotation made this one")]
    replaced_by: str | None

    @classmethod
    def of(cls, key: ApiKey, *, at: datetime) -> Self:
        """Show a key as it stands at an instant."""
        return cls.model_validate(asdict(key) | {"state": key.state_at(at)})


class NewKeyOut(KeyOut):
    """A key with its secret, which is shown here and never again."""

    secret: Annotated[str, Field(description="Keep it; it cannot be read again")]

    @classmethod
    def of_issued(cls, issued: IssuedKey, *, at: datetime) -> Self:
        """Show a key that was just made."""
        shown = asdict(issued.key) | {"state": issued.key.state_at(at), "secret": issued.secret}
        return cls.model_validate(shown)


class MeOut(Representation):
    """Who calls: the account and the key."""

    account: AccountOut
    key: KeyOut
