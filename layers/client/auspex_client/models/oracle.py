"""What `oracle` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.model import Model


class OracleAllowance(Model):
    """Analyses of this UTC day over all products; `limit` and `remaining` are null on plans without a limit."""

    cooldown_until: dt.datetime | None
    limit: int | None
    plan: str
    remaining: int | None
    resets_at: dt.datetime
    used: int
