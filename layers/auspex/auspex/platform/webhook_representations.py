"""Webhooks and deliveries as replies show them. No representation but `NewWebhookOut` has a place for a secret."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints

from auspex.core.limits import EGRESS_URL_CHARACTERS_MAX, WEBHOOK_DESCRIPTION_CHARACTERS_MAX
from auspex.platform.replies import Representation
from auspex.platform.webhook_deliveries import State
from auspex.platform.webhook_endpoints import IssuedWebhook, Status, Webhook
from auspex.platform.webhook_events import EVENT_TYPES, EventType

WebhookId = Annotated[
    str, Field(pattern=r"^hook_[0-9A-HJKMNP-TV-Z]{26}$", examples=["hook_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])
]
DeliveryId = Annotated[str, Field(pattern=r"^dlv_[0-9A-HJKMNP-TV-Z]{26}$", examples=["dlv_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])]
WebhookUrl = Annotated[
    str,
    Field(
        min_length=1, max_length=EGRESS_URL_CHARACTERS_MAX, examples=["https://hooks.example.com/auspex"],
        description="https, to a public address; redirects are not followed",
    ),
]  # fmt: skip
Subscription = Literal[EventType, "*"]
Subscriptions = Annotated[
    list[Subscription],
    Field(
        min_length=1, max_length=len(EVENT_TYPES) + 1, examples=[["job.succeeded", "job.failed"]],
        description="`*` is everything, also what is added later", json_schema_extra={"uniqueItems": True},
    ),
]  # fmt: skip
Description = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(max_length=WEBHOOK_DESCRIPTION_CHARACTERS_MAX, examples=["wakes our importer"]),
]


def require_distinct(values: list[Subscription] | None) -> list[Subscription] | None:
    """Refuse an event type that stands twice."""
    if values is not None and len(set(values)) < len(values):
        raise ValueError("an event type stands twice")
    return values


class SecretOut(Representation):
    """When a signing secret was made, and when it stops signing; never the secret."""

    created_at: datetime
    retires_at: Annotated[datetime | None, Field(description="The end of a rotation's overlap")]


class WebhookOut(Representation):
    """An endpoint of the account."""

    webhook_id: str
    url: str
    event_types: list[Subscription]
    description: str
    status: Status
    disabled_reason: Annotated[
        Literal["owner", "gone"] | None, Field(description="`gone`: it answered 410, so that nothing is sent any more")
    ]
    created_at: datetime
    updated_at: datetime
    secrets: Annotated[list[SecretOut], Field(description="Those that sign at present, the newest first")]

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Show a webhook."""
        return cls.model_validate(asdict(webhook))


class NewWebhookOut(WebhookOut):
    """A webhook with a new signing secret, which is shown here and never again."""

    secret: Annotated[str, Field(description="`whsec_…`; keep it, it cannot be read again")]

    @classmethod
    def of_issued(cls, issued: IssuedWebhook) -> Self:
        """Show a webhook whose secret was just made."""
        return cls.model_validate(asdict(issued.webhook) | {"secret": issued.secret})


class AttemptOut(Representation):
    """One attempt: the receiver's status, or why there was none."""

    attempt: int
    at: datetime
    duration_ms: int
    status: int | None
    error: str | None


class DeliveryOut(Representation):
    """A message on its way to a webhook. `message_id` is the `webhook-id` that the receiver sees, also of a replay."""

    delivery_id: str
    webhook_id: str
    message_id: str
    event_type: str
    subject: str
    payload: Annotated[dict[str, Any], Field(description="What is sent, as JSON")]
    state: State
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None
    created_at: datetime
    finished_at: datetime | None
    replay_of: str | None
    tried: list[AttemptOut]
