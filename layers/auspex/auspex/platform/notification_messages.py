"""Contracts of the notifier's queue; ids only."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from auspex.core.messages import Command

QUEUE = "platform-notifier"
ULID = "[0-9A-HJKMNP-TV-Z]{26}"


class RouteNotification(Command):
    """Decide over which channels a notification goes out, and when."""

    schema_name: ClassVar[str] = "platform.route_notification.v1"
    queue: ClassVar[str] = QUEUE

    notification_id: str = Field(pattern=f"^ntf_{ULID}$")


class DeliverNotification(Command):
    """Send one notification over one channel; `holds` counts how often quiet hours put it off."""

    schema_name: ClassVar[str] = "platform.deliver_notification.v1"
    queue: ClassVar[str] = QUEUE

    notification_id: str = Field(pattern=f"^ntf_{ULID}$")
    channel_id: str = Field(pattern=f"^chn_{ULID}$")
    holds: int = Field(default=0, ge=0)


class DeliverDigest(Command):
    """Send one digest over one channel; `holds` counts how often quiet hours put it off."""

    schema_name: ClassVar[str] = "platform.deliver_digest.v1"
    queue: ClassVar[str] = QUEUE

    digest_id: str = Field(pattern=f"^dig_{ULID}$")
    channel_id: str = Field(pattern=f"^chn_{ULID}$")
    holds: int = Field(default=0, ge=0)


class SendChannelCode(Command):
    """Send the code that proves an address to that address."""

    schema_name: ClassVar[str] = "platform.send_channel_code.v1"
    queue: ClassVar[str] = QUEUE

    code_id: str = Field(pattern=f"^cod_{ULID}$")
