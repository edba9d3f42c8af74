"""What `notifications` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from auspex_client.model import Model


class Unread(Model):
    """How many notifications of a kind are unread."""

    kind: str
    product: str
    unread: int


class Counts(Model):
    """How many notifications are unread, together and by kind."""

    kinds: list[Unread]
    unread: int


class Marked(Model):
    """What marking changed."""

    marked: int
    unread: int


class Notification(Model):
    """Something the account was told."""

    body: str
    created_at: dt.datetime
    data: dict[str, Any]
    kind: str
    material_version: str
    notification_id: str
    product: str
    read_at: dt.datetime | None
    subject: str
    title: str
    topic: str | None
