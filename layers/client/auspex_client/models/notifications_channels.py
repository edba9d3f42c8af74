"""What `notifications.channels` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypedDict

from auspex_client.model import Model


class Channel(Model):
    """A channel, without its credentials."""

    channel_id: str
    created_at: dt.datetime
    hint: str
    last_failed_at: dt.datetime | None
    last_failure: str | None
    last_sent_at: dt.datetime | None
    name: str
    service: Literal["email", "slack", "discord", "telegram", "teams"] | str
    status: Literal["pending", "verified", "deleted"] | str
    verified_at: dt.datetime | None


class DiscordTarget(TypedDict):
    """The two parts of a webhook, `…/api/webhooks/<id>/<token>`."""

    webhook_id: str
    webhook_token: str


class EmailTarget(TypedDict):
    """An address; it is sent a code, and nothing else before that code came back."""

    address: str


class SlackTarget(TypedDict):
    """The three parts of an incoming webhook, `…/services/T…/B…/…`."""

    token_a: str
    token_b: str
    token_c: str


class TeamsTarget(TypedDict):
    """The parts of a workflow's address, `<environment>.<partition>.environment.api.powerplatform.com/…`."""

    environment: str
    partition: str
    signature: str
    workflow: str


class TelegramTarget(TypedDict):
    """A bot and the chat it writes to."""

    bot_token: str
    chat_id: str
