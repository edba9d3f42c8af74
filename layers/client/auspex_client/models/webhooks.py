"""What `webhooks` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model


class Secret(Model):
    """When a signing secret was made, and when it stops signing; never the secret."""

    created_at: dt.datetime
    retires_at: dt.datetime | None


class NewWebhook(Model):
    """A webhook with a new signing secret, which is shown here and never again."""

    created_at: dt.datetime
    description: str
    disabled_reason: Literal["owner", "gone"] | str | None
    event_types: list[
        Literal[
            "job.succeeded",
            "job.failed",
            "job.cancelled",
            "job.expired",
            "filing.detected",
            "filing.analyzed",
            "backfill.finished",
            "guidance.changed",
            "guidance.resolved",
            "*",
        ]
        | str
    ]
    secret: str
    secrets: list[Secret]
    status: Literal["active", "disabled"] | str
    updated_at: dt.datetime
    url: str
    webhook_id: str


class Webhook(Model):
    """An endpoint of the account."""

    created_at: dt.datetime
    description: str
    disabled_reason: Literal["owner", "gone"] | str | None
    event_types: list[
        Literal[
            "job.succeeded",
            "job.failed",
            "job.cancelled",
            "job.expired",
            "filing.detected",
            "filing.analyzed",
            "backfill.finished",
            "guidance.changed",
            "guidance.resolved",
            "*",
        ]
        | str
    ]
    secrets: list[Secret]
    status: Literal["active", "disabled"] | str
    updated_at: dt.datetime
    url: str
    webhook_id: str
