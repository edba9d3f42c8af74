"""`auspex notifications channels …`. A service's credentials come on stdin: arguments are seen by other processes."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from auspex_client.cli.session import Session, command, rows_option

COLUMNS = {
    "channel": "channel_id", "service": "service", "name": "name", "to": "hint", "status": "status",
    "last sent": "last_sent_at", "last failure": "last_failure",
}  # fmt: skip


@click.group()
def channels() -> None:
    """Where the account is told things besides the application: list, add, verify, delete."""


@command(channels, "list")
@rows_option
def list_channels(session: Session, *, rows_max: int) -> None:
    """List channels, newest first; credentials are not shown."""
    session.show_page(session.client.notifications.channels.list(), COLUMNS, rows_max=rows_max)


@command(channels, "add-email")
@click.argument("name")
@click.argument("address")
def add_email(session: Session, *, name: str, address: str) -> None:
    """Send a code to ADDRESS; `verify` with it makes the channel NAME work."""
    made = session.client.notifications.channels.create(name, email={"address": address})
    session.show(made)
    session.tell(f"now: auspex notifications channels verify {made.data.channel_id} CODE")


@command(channels)
@click.argument("service", type=click.Choice(["slack", "discord", "telegram", "teams"]))
@click.argument("name")
def add(session: Session, *, service: str, name: str) -> None:
    """Add a channel NAME of a service; its credentials are read from stdin as one JSON object.

    slack {"token_a", "token_b", "token_c"} · discord {"webhook_id", "webhook_token"}
    · telegram {"bot_token", "chat_id"} · teams {"environment", "partition", "workflow", "signature"}
    """
    try:
        credentials: Any = json.load(sys.stdin)
    except ValueError:
        raise click.UsageError("stdin holds no JSON object") from None
    session.show(session.client.notifications.channels.create(name, **{service: credentials}))


@command(channels)
@click.argument("channel_id")
@click.argument("code")
def verify(session: Session, *, channel_id: str, code: str) -> None:
    """Prove an address with the code that was sent to it."""
    session.show(session.client.notifications.channels.verify(channel_id, code))


@command(channels)
@click.argument("channel_id")
def delete(session: Session, *, channel_id: str) -> None:
    """Delete a channel and erase its credentials."""
    session.show(session.client.notifications.channels.delete(channel_id))
