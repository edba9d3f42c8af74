"""`auspex webhooks …`. A signing secret is printed once, by the command that makes it."""

from __future__ import annotations

import sys
from typing import Any

import click

from auspex_client.cli.session import Session, command, rows_option
from auspex_client.models import NewWebhook
from auspex_client.replies import Reply
from auspex_client.webhooks import verify_webhook

COLUMNS = {"webhook": "webhook_id", "status": "status", "events": "event_types", "url": "url", "made": "created_at"}
DELIVERY_COLUMNS = {
    "delivery": "delivery_id", "state": "state", "event": "event_type", "subject": "subject", "tried": "attempts",
    "status": "last_status", "error": "last_error", "next": "next_attempt_at", "made": "created_at",
}  # fmt: skip


@click.group()
def webhooks() -> None:
    """Webhooks of the account: list, create, disable, enable, rotate, delete; deliveries and their replay."""


@command(webhooks, "list")
@rows_option
def list_webhooks(session: Session, *, rows_max: int) -> None:
    """List webhooks, newest first; secrets are not shown."""
    session.show_page(session.client.webhooks.list(), COLUMNS, rows_max=rows_max)


@command(webhooks)
@click.argument("url")
@click.option("--event", "events", multiple=True, default=["*"], show_default=True, help="May be repeated.")
@click.option("--description")
def create(session: Session, *, url: str, events: Any, description: str | None) -> None:
    """Have events told to URL, and print the signing secret, which can never be read again."""
    _show_new(session, session.client.webhooks.create(url=url, event_types=events, description=description))


@command(webhooks)
@click.argument("webhook_id")
@click.option("--overlap", "overlap_seconds", type=click.IntRange(min=0), help="Seconds the old secret still signs.")
def rotate(session: Session, *, webhook_id: str, overlap_seconds: int | None) -> None:
    """Give a webhook a new signing secret and print it; it can never be read again."""
    _show_new(session, session.client.webhooks.rotate(webhook_id, overlap_seconds=overlap_seconds))


@command(webhooks)
@click.argument("webhook_id")
def disable(session: Session, *, webhook_id: str) -> None:
    """Send nothing more; what waits is cancelled."""
    session.show(session.client.webhooks.update(webhook_id, status="disabled"))


@command(webhooks)
@click.argument("webhook_id")
def enable(session: Session, *, webhook_id: str) -> None:
    """Begin anew, also after the receiver said 410."""
    session.show(session.client.webhooks.update(webhook_id, status="active"))


@command(webhooks)
@click.argument("webhook_id")
def delete(session: Session, *, webhook_id: str) -> None:
    """Delete a webhook with its secrets; nothing more is sent."""
    session.show(session.client.webhooks.delete(webhook_id))


@command(webhooks)
@click.argument("webhook_id")
@click.option("--state", type=click.Choice(["pending", "delivered", "failed", "cancelled"]))
@rows_option
def deliveries(session: Session, *, webhook_id: str, state: Any, rows_max: int) -> None:
    """List what was sent to a webhook, newest first."""
    page = session.client.webhooks.deliveries.list(webhook_id, state=state)
    session.show_page(page, DELIVERY_COLUMNS, rows_max=rows_max)


@command(webhooks)
@click.argument("webhook_id")
@click.argument("delivery_id")
def replay(session: Session, *, webhook_id: str, delivery_id: str) -> None:
    """Send a finished delivery's message again."""
    session.show(session.client.webhooks.deliveries.replay(webhook_id, delivery_id))


@command(webhooks)
@click.option("--header", "headers", multiple=True, required=True, help="'Name: value', as received; may be repeated.")
@click.option("--secret", "secrets", multiple=True, required=True, envvar="AUSPEX_WEBHOOK_SECRET", show_envvar=True)
def verify(session: Session, *, headers: tuple[str, ...], secrets: tuple[str, ...]) -> None:
    """Check the raw body on stdin against the signature it came with; exits with 1 when it is not ours."""
    named = {name.strip(): value.strip() for name, _, value in (header.partition(":") for header in headers)}
    message = verify_webhook(sys.stdin.buffer.read(), named, secrets)
    session.tell(f"signed by us: {message.webhook_id}")


def _show_new(session: Session, reply: Reply[NewWebhook]) -> None:
    session.show(reply, fields=["webhook_id", "url", "event_types", "status", "secret"])
    session.tell("Keep the secret now: it cannot be shown again.")
