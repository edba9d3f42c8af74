"""What `root` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model
from auspex_client.models.shared import Account, Key


class Allowance(Model):
    """Analyses of a free account in this UTC day."""

    cooldown_until: dt.datetime | None
    limit: int
    remaining: int
    resets_at: dt.datetime
    used: int


class Balance(Model):
    """Tokens to spend and tokens set aside for work under way."""

    allowance: Allowance | None
    available: int
    plan: Literal["free", "prepaid", "premium"] | str
    reserved: int


class Me(Model):
    """Who calls: the account and the key."""

    account: Account
    key: Key
