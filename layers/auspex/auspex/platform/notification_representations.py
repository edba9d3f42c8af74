"""Notifications as requests name them and replies show them."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime, time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from auspex.platform.notification_preferences import KindFrequency, Preferences
from auspex.platform.notification_timing import Frequency
from auspex.platform.replies import Representation

KIND_PATTERN = r"^[a-z]{1,30}[.][a-z_]{1,60}$"
WALL_TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def _read_wall_time(value: Any) -> time:
    """Read `HH:MM`, and nothing else that pydantic would take for a time."""
    if not isinstance(value, str) or not re.fullmatch(WALL_TIME_PATTERN, value):
        raise ValueError("give a local time of day as HH:MM")
    return time.fromisoformat(value)


def check_kinds(kinds: dict[str, Any]) -> dict[str, Any]:
    """Refuse names that no kind can have."""
    for kind in kinds:
        if not re.fullmatch(KIND_PATTERN, kind):
            raise ValueError(f"{kind[:100]!r} is no name of a kind, such as job.finished")
    return kinds


NotificationId = Annotated[
    str, Field(pattern=r"^ntf_[0-9A-HJKMNP-TV-Z]{26}$", examples=["ntf_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])
]
NotificationKind = Annotated[str, Field(pattern=KIND_PATTERN, examples=["job.finished"])]
ProductName = Annotated[str, Field(pattern=r"^[a-z]{1,30}$", examples=["filings"])]
Topic = Annotated[str, Field(min_length=1, max_length=200, examples=["AAPL"])]
"""What its reader would look a notification up by: a ticker, a region, a rule."""
WallTime = Annotated[
    time,
    BeforeValidator(_read_wall_time),
    WithJsonSchema({"type": "string", "pattern": WALL_TIME_PATTERN, "examples": ["22:00"]}),
]
"""A local time of day, `HH:MM`."""


class NotificationOut(Representation):
    """Something the account was told."""

    notification_id: str
    product: str
    kind: str
    subject: Annotated[str, Field(description="What it is about: a job, an accession, an alert")]
    topic: Annotated[str | None, Field(description="A ticker, a region, a rule")]
    material_version: Annotated[str, Field(description="What is new of the subject; the same is told once")]
    title: str
    body: str
    data: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


class UnreadOut(Representation):
    """How many notifications of a kind are unread."""

    product: str
    kind: str
    unread: int


class CountsOut(Representation):
    """How many notifications are unread, together and by kind."""

    unread: int
    kinds: list[UnreadOut]

    @classmethod
    def of(cls, rows: list[dict[str, Any]]) -> CountsOut:
        """Add up the counts of all kinds."""
        kinds = [UnreadOut.model_validate(row) for row in rows]
        return cls(unread=sum(kind.unread for kind in kinds), kinds=kinds)


class MarkedOut(Representation):
    """What marking changed."""

    marked: Annotated[int, Field(description="Notifications that were unread and no longer are")]
    unread: Annotated[int, Field(description="Notifications that are unread now")]


class PreferencesOut(Representation):
    """How the account is told; times are of its time zone."""

    frequency: Frequency
    kinds: Annotated[dict[str, KindFrequency], Field(description="Kinds told otherwise")]
    digest_time: str
    digest_weekday: int
    time_zone: str
    quiet_start: str | None
    quiet_end: str | None
    max_per_day: int
    updated_at: datetime | None

    @classmethod
    def of(cls, preferences: Preferences) -> PreferencesOut:
        """Show preferences, times as `HH:MM`."""
        shown = asdict(preferences)
        times = {name: value.strftime("%H:%M") for name, value in shown.items() if isinstance(value, time)}
        return cls.model_validate(shown | times)
