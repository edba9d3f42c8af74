"""What `webhooks.deliveries` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from auspex_client.model import Model


class Attempt(Model):
    """One attempt: the receiver's status, or why there was none."""

    at: dt.datetime
    attempt: int
    duration_ms: int
    error: str | None
    status: int | None


class Delivery(Model):
    """A message on its way to a webhook. `message_id` is the `webhook-id` that the receiver sees, also of a replay."""

    attempts: int
    created_at: dt.datetime
    delivery_id: str
    event_type: str
    finished_at: dt.datetime | None
    last_error: str | None
    last_status: int | None
    message_id: str
    next_attempt_at: dt.datetime | None
    payload: dict[str, Any]
    replay_of: str | None
    state: Literal["pending", "delivered", "failed", "cancelled"] | str
    subject: str
    tried: list[Attempt]
    webhook_id: str
