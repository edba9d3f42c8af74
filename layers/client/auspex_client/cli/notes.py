"""`auspex notifications …` and `auspex scorebook`."""

from __future__ import annotations

import click

from auspex_client.cli.channels import channels
from auspex_client.cli.session import Session, command, rows_option

COLUMNS = {
    "notification": "notification_id", "at": "created_at", "kind": "kind", "subject": "subject", "title": "title",
    "read": "read_at",
}  # fmt: skip


@click.group()
def notifications() -> None:
    """What the account was told: list, read; the channels over which it is told."""


notifications.add_command(channels)


@command(notifications, "list")
@click.option("--kind")
@click.option("--product")
@click.option("--unread/--read", default=None, help="Only unread ones, or only read ones.")
@rows_option
def list_notifications(
    session: Session, *, kind: str | None, product: str | None, unread: bool | None, rows_max: int
) -> None:
    """List notifications, newest first."""
    page = session.client.notifications.list(kind=kind, product=product, unread=unread)
    session.show_page(page, COLUMNS, rows_max=rows_max)


@command(notifications)
@click.argument("ids", nargs=-1, metavar="[NOTIFICATION]...")
@click.option("--kind", help="All of a kind.")
@click.option("--all", "everything", is_flag=True, help="All of them.")
def read(session: Session, *, ids: tuple[str, ...], kind: str | None, everything: bool) -> None:
    """Mark notifications as read."""
    reply = session.client.notifications.mark_read(
        notification_ids=ids or None, kind=kind, all=True if everything else None
    )
    session.show(reply)


@command(None)
@click.argument("product")
@click.option("--days", "window_days", type=click.IntRange(min=1), help="Only what was due in the last days.")
@click.option("--target", help="Only predictions of this target.")
def scorebook(session: Session, *, product: str, window_days: int | None, target: str | None) -> None:
    """Show how the predictions of a PRODUCT turned out; needs no key."""
    session.show(session.client.scorebook.show(product, window_days=window_days, target=target))
