"""What the webhook stage is asked to do. Migration 0007 writes the same message in SQL; a test compares the two."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from auspex.core.messages import Command


class DeliverWebhook(Command):
    """Make one attempt of a delivery; `attempt` counts from one."""

    schema_name: ClassVar[str] = "platform.deliver_webhook.v1"
    queue: ClassVar[str] = "platform-webhook-delivery"

    delivery_id: str = Field(pattern=r"^dlv_[0-9A-HJKMNP-TV-Z]{26}$")
    attempt: int = Field(ge=1)

    @property
    def dedup_key(self) -> str:
        """What makes this attempt one effect."""
        return f"webhook:{self.delivery_id}:{self.attempt}"
