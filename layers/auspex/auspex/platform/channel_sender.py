"""Send a text over one channel, through Apprise. Only this module knows Apprise, and only `stage_notifier` loads it.

Hosts are ours: a plug-in is built from tokens that were checked when the channel was added, never from a URL. What
Apprise logs may quote tokens, so it is read here for the reason of a failure and goes no further.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import model_validator

from auspex.core.config import Settings, Stage, read_secret, read_settings
from auspex.platform.mail_settings import MailSettings

SMTP_MODES = {"starttls": "starttls", "tls": "ssl", "none": "insecure"}
LOOPBACK = "127.0.0.1"
TEAMS_HOST = "{environment}.{partition}.environment.api.powerplatform.com"
TEAMS_API_VERSION = "1"
PERMANENT_STATUSES = frozenset({400, 401, 403, 404, 410})
_STATUS = re.compile(r"error=(?P<status>[0-9]{3})\b")


class ServiceSettings(Settings):
    """Where Slack, Discord and Telegram are looked for instead: a catcher on loopback, with stage local alone."""

    stage: Stage = "local"
    notify_services_url: str = ""

    @model_validator(mode="after")
    def stay_on_loopback(self) -> Self:
        """Refuse any other place, and any other stage."""
        if self.notify_services_url and (
            self.stage != "local" or urlsplit(self.notify_services_url).hostname != LOOPBACK
        ):
            raise ValueError("AUSPEX_NOTIFY_SERVICES_URL is for a catcher on loopback on the local stack alone")
        return self


@dataclass(frozen=True, slots=True)
class ChannelText:
    """What is sent: a title of one line, and plain text."""

    title: str
    body: str


class ChannelRefusedError(Exception):
    """The service did not take the text. The message never holds a credential."""

    def __init__(self, reason: str, *, is_permanent: bool) -> None:
        super().__init__(reason)
        self.is_permanent = is_permanent


def send_over_channel(service: str, credentials: dict[str, str], text: ChannelText) -> None:
    """Send a text, once. Raises ChannelRefusedError when the service refuses it or does not answer."""
    with _reading_log() as logged:
        try:
            plugin = _build(service, credentials)
        except TypeError:
            raise ChannelRefusedError("the credentials do not fit the service", is_permanent=True) from None
        took = plugin.notify(title=text.title, body=text.body, body_format="text")
    if not took:
        statuses = [int(match["status"]) for line in logged if (match := _STATUS.search(line))]
        if not statuses:
            raise ChannelRefusedError("no answer, or none that says why", is_permanent=False)
        raise ChannelRefusedError(
            f"the service answered {statuses[-1]}", is_permanent=statuses[-1] in PERMANENT_STATUSES
        )


def _build(service: str, credentials: dict[str, str]) -> Any:
    """Return Apprise's plug-in for a channel. Raises TypeError for tokens it does not take."""
    common = {"format": "text", "overflow": "truncate", "redirect": "no"}
    match service:
        case "email":
            return _email(credentials["address"], common)
        case "slack":
            from apprise.plugins.slack import NotifySlack  # noqa: PLC0415 - see _email

            plugin = NotifySlack(**credentials, include_image=False, **common)
            return _moved(plugin, "webhook_url", "/slack")
        case "discord":
            from apprise.plugins.discord import NotifyDiscord  # noqa: PLC0415 - see _email

            return _moved(NotifyDiscord(**credentials, avatar=False, **common), "notify_url", "/discord")
        case "telegram":
            from apprise.plugins.telegram import NotifyTelegram  # noqa: PLC0415 - see _email

            targets = [credentials["chat_id"]]
            telegram = NotifyTelegram(credentials["bot_token"], targets, detect_owner=False, **common)
            return _moved(telegram, "notify_url", "/telegram/bot")
        case "teams":
            from apprise.plugins.workflows import NotifyWorkflows  # noqa: PLC0415 - see _email

            return NotifyWorkflows(
                workflow=credentials["workflow"], signature=credentials["signature"], include_image=False,
                power_automate=True, version=TEAMS_API_VERSION, host=TEAMS_HOST.format_map(credentials), **common,
            )  # fmt: skip
        case _:
            raise TypeError(service)


def _email(address: str, common: dict[str, str]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Apprise looks for imghdr, which Python 3.13 lacks
        from apprise.plugins.email.base import NotifyEmail  # noqa: PLC0415 - half a second that most records never need

    settings = read_settings(MailSettings)
    login = read_secret(settings.smtp_secret_arn) if settings.smtp_secret_arn else {}
    return NotifyEmail(
        smtp_host=settings.smtp_host, port=settings.smtp_port, secure_mode=SMTP_MODES[settings.smtp_security],
        user=login.get("username") or None, password=login.get("password") or None, from_addr=settings.smtp_from,
        targets=address, **common,
    )  # fmt: skip


def _moved(plugin: Any, attribute: str, path: str) -> Any:
    """Lead a plug-in to the local catcher when there is one."""
    base = read_settings(ServiceSettings).notify_services_url
    if base:
        setattr(plugin, attribute, base.rstrip("/") + path)
    return plugin


@contextmanager
def _reading_log() -> Iterator[list[str]]:
    """Collect what Apprise says while it works, and keep it out of our log."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    apprise, collector = logging.getLogger("apprise"), Collector(logging.WARNING)
    apprise.propagate = False
    apprise.setLevel(logging.WARNING)
    apprise.addHandler(collector)
    try:
        yield lines
    finally:
        apprise.removeHandler(collector)
