"""What `payments` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.model import Model


class Received(Model):
    """Whether this event topped the account up, or an earlier one of the same payment had."""

    payment_id: str
    topped_up: bool
