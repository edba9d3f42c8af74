"""What `ops.schedules` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from auspex_client.model import Model


class Schedule(Model):
    """A schedule's last firing; one that never fired is not listed."""

    detail: dict[str, Any]
    expected_at: dt.datetime | None
    finished_at: dt.datetime | None
    outcome: Literal["succeeded", "failed"] | str | None
    schedule: str
    scheduled_at: dt.datetime
    started_at: dt.datetime
    succeeded_at: dt.datetime | None
