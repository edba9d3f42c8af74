"""Notifications as requests name them and replies show them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from auspex.platform.replies import Representation

NotificationId = Annotated[
    str, Field(pattern=r"^ntf_[0-9A-HJKMNP-TV-Z]{26}$", examples=["ntf_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])
]
NotificationKind = Annotated[str, Field(pattern=r"^[a-z]{1,30}[.][a-z_]{1,60}$", examples=["job.finished"])]
ProductName = Annotated[str, Field(pattern=r"^[a-z]{1,30}$", examples=["filings"])]
Topic = Annotated[str, Field(min_length=1, max_length=200, examples=["AAPL"])]
"""What its reader would look a notification up by: a ticker, a region, a rule."""


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
