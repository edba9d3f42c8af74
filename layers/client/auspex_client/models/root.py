"""What `root` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.model import Model
from auspex_client.models.shared import Account, Key


class Me(Model):
    """Who calls: the account and the key."""

    account: Account
    key: Key
