"""What `keys` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model


class NewKey(Model):
    """A key with its secret, which is shown here and never again."""

    account_id: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    key_id: str
    mode: Literal["live", "test"] | str
    name: str
    replaced_by: str | None
    replaces: str | None
    revoked_at: dt.datetime | None
    scopes: list[str]
    secret: str
    state: Literal["active", "retiring", "expired", "revoked"] | str
