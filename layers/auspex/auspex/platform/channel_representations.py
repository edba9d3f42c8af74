"""Channels as requests describe them and replies show them. No representation of a reply has a place for a credential.

Each service states exactly the tokens its fixed host needs: a field for a host, or a value that holds one, is refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from auspex.core.limits import CHANNEL_NAME_CHARACTERS_MAX
from auspex.platform.account_representations import PrintableName
from auspex.platform.notification_channels import AddChannel, Channel, Service, Status
from auspex.platform.replies import Representation, Request

ChannelId = Annotated[str, Field(pattern=r"^chn_[0-9A-HJKMNP-TV-Z]{26}$", examples=["chn_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])]
ADDRESS_PATTERN = r"^[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9](-?[A-Za-z0-9]){0,62}[.])+[A-Za-z]{2,24}$"
Address = Annotated[str, StringConstraints(max_length=254, pattern=ADDRESS_PATTERN)]


class EmailTarget(Request):
    """An address; it is sent a code, and nothing else before that code came back."""

    address: Annotated[Address, Field(examples=["analyst@example.org"])]


class SlackTarget(Request):
    """The three parts of an incoming webhook, `…/services/T…/B…/…`."""

    token_a: Annotated[str, Field(pattern=r"^T[A-Z0-9]{7,15}$", examples=["T1JJ3T3L2"])]
    token_b: Annotated[str, Field(pattern=r"^B[A-Z0-9]{7,15}$", examples=["B1BRTD4JD"])]
    token_c: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{16,64}$", examples=["TIiajkdnlazkcOXrIdevi7FQ"])]


class DiscordTarget(Request):
    """The two parts of a webhook, `…/api/webhooks/<id>/<token>`."""

    webhook_id: Annotated[str, Field(pattern=r"^[0-9]{15,22}$", examples=["100000000000000000"])]
    webhook_token: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{40,100}$", examples=["a" * 68])]


class TelegramTarget(Request):
    """A bot and the chat it writes to."""

    bot_token: Annotated[str, Field(pattern=r"^[0-9]{6,12}:[A-Za-z0-9_-]{30,50}$", examples=["123456789:" + "a" * 35])]
    chat_id: Annotated[str, Field(pattern=r"^-?[0-9]{1,32}$", examples=["-1001234567890"])]


class TeamsTarget(Request):
    """The parts of a workflow's address, `<environment>.<partition>.environment.api.powerplatform.com/…`."""

    environment: Annotated[str, Field(pattern=r"^(default)?[0-9a-f]{24,34}$", examples=["default" + "0a" * 15])]
    partition: Annotated[str, Field(pattern=r"^[0-9a-f]{1,2}$", examples=["d4"])]
    workflow: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", examples=["643e69f83c8944438d68119179a10a64"])]
    signature: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{20,100}$", examples=["KODuebWbDGYFr0z0eu-6Rj8aUKz7108W"])]


class CreateChannel(Request):
    """A new channel: its name, and exactly one service."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "the desk",
                    "slack": {"token_a": "T1JJ3T3L2", "token_b": "B1BRTD4JD", "token_c": "TIiajkdnlazkcOXrIdevi7FQ"},
                }
            ]
        }
    )

    name: Annotated[str, PrintableName, Field(max_length=CHANNEL_NAME_CHARACTERS_MAX, examples=["the desk"])]
    email: EmailTarget | None = None
    slack: SlackTarget | None = None
    discord: DiscordTarget | None = None
    telegram: TelegramTarget | None = None
    teams: TeamsTarget | None = None

    @model_validator(mode="after")
    def name_one_service(self) -> Self:
        """Refuse none and several."""
        if len([target for _, target in self if isinstance(target, Request)]) != 1:
            raise ValueError("name exactly one of email, slack, discord, telegram, teams")
        return self

    def to_command(self) -> AddChannel:
        """Return what is asked for, with a hint that holds no credential."""
        service, target = self._target()
        credentials: dict[str, str] = target.model_dump()
        return AddChannel(service=service, name=self.name, hint=_hint(target), credentials=credentials)

    def _target(self) -> tuple[Service, Request]:
        services: tuple[Service, ...] = ("email", "slack", "discord", "telegram", "teams")
        return next((name, target) for name in services if (target := getattr(self, name)) is not None)


def _hint(target: Request) -> str:
    """Return what an owner recognises a channel by: an address without most of its name, a public part of a token."""
    match target:
        case EmailTarget(address=address):
            local, _, domain = address.partition("@")
            return f"{local[0]}…@{domain}"[:100]
        case SlackTarget(token_a=team):
            return team
        case DiscordTarget(webhook_id=webhook_id):
            return webhook_id
        case TelegramTarget(chat_id=chat_id):
            return chat_id
        case _:
            return ""


class ChannelOut(Representation):
    """A channel, without its credentials."""

    channel_id: str
    service: Service
    name: str
    hint: Annotated[str, Field(description="What its owner recognises it by; credentials are never shown")]
    status: Annotated[Status, Field(description="`pending`: waits for the code that was sent to it")]
    created_at: datetime
    verified_at: datetime | None
    last_sent_at: datetime | None
    last_failed_at: datetime | None
    last_failure: str | None

    @classmethod
    def of(cls, channel: Channel) -> Self:
        """Show a channel."""
        return cls.model_validate({name: getattr(channel, name) for name in cls.model_fields})
