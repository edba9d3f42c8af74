"""What `notifications.preferences` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model


class Preferences(Model):
    """How the account is told; times are of its time zone."""

    digest_time: str
    digest_weekday: int
    frequency: Literal["immediate", "daily", "weekly"] | str
    kinds: dict[str, Literal["immediate", "daily", "weekly", "muted"] | str]
    max_per_day: int
    quiet_end: str | None
    quiet_start: str | None
    time_zone: str
    updated_at: dt.datetime | None
