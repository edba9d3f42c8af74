"""`auspex keys …` and `auspex accounts …`. A secret is printed once, by the command that makes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from auspex_client.cli.session import Instant, Session, command, rows_option
from auspex_client.models import NewKey
from auspex_client.replies import Reply

KEY_COLUMNS = {
    "key": "key_id", "name": "name", "mode": "mode", "state": "state", "scopes": "scopes", "expires": "expires_at",
}  # fmt: skip
ACCOUNT_COLUMNS = {
    "account": "account_id", "name": "name", "plan": "plan", "status": "status", "created": "created_at",
}  # fmt: skip
PLANS = ["free", "prepaid", "premium"]


@click.group()
def keys() -> None:
    """API keys of the account: list, create, rotate, revoke."""


@command(keys, "list")
@rows_option
def list_keys(session: Session, *, rows_max: int) -> None:
    """List keys, newest first; secrets are not shown."""
    session.show_page(session.client.keys.list(), KEY_COLUMNS, rows_max=rows_max)


@command(keys)
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="Such as filings:read; may be repeated.")
@click.option("--mode", type=click.Choice(["live", "test"]))
@click.option("--expires-at", type=Instant(), help="When it ends; else when the calling key ends.")
@click.option("--account", "account_id", help="Another account than your own; needs the scope admin.")
def create(
    session: Session,
    *,
    name: str,
    scopes: tuple[str, ...],
    mode: Any,
    expires_at: datetime | None,
    account_id: str | None,
) -> None:
    """Create a key and print its secret, which can never be read again."""
    _show_new(
        session,
        session.client.keys.create(
            name=name, scopes=scopes, mode=mode, expires_at=expires_at, account_id=account_id
        ),
    )  # fmt: skip


@command(keys)
@click.argument("key_id")
@click.option("--overlap", "overlap_seconds", type=click.IntRange(min=0), help="Seconds the old key still works.")
def rotate(session: Session, *, key_id: str, overlap_seconds: int | None) -> None:
    """Replace a key and print the new one's secret, which can never be read again."""
    _show_new(session, session.client.keys.rotate(key_id, overlap_seconds=overlap_seconds))


@command(keys)
@click.argument("key_id")
def revoke(session: Session, *, key_id: str) -> None:
    """Revoke a key: the next request with it is refused."""
    session.show(session.client.keys.revoke(key_id))


def _show_new(session: Session, reply: Reply[NewKey]) -> None:
    session.show(reply, fields=["key_id", "account_id", "name", "mode", "scopes", "expires_at", "secret"])
    session.tell("Keep the secret now: it cannot be shown again.")


@click.group()
def accounts() -> None:
    """Accounts, for administrators: list, create, show, update."""


@command(accounts, "list")
@click.option("--plan", type=click.Choice(PLANS))
@click.option("--status", type=click.Choice(["active", "suspended"]))
@rows_option
def list_accounts(session: Session, *, plan: Any, status: Any, rows_max: int) -> None:
    """List accounts, newest first."""
    session.show_page(session.client.accounts.list(plan=plan, status=status), ACCOUNT_COLUMNS, rows_max=rows_max)


@command(accounts, "create")
@click.argument("name")
@click.option("--plan", type=click.Choice(PLANS))
def create_account(session: Session, *, name: str, plan: Any) -> None:
    """Create an account; it has no key until one is made with `keys create --account`."""
    session.show(session.client.accounts.create(name, plan=plan))


@command(accounts, "show")
@click.argument("account_id")
def show_account(session: Session, *, account_id: str) -> None:
    """Show an account."""
    session.show(session.client.accounts.show(account_id))


@command(accounts, "update")
@click.argument("account_id")
@click.option("--name")
@click.option("--plan", type=click.Choice(PLANS))
@click.option("--status", type=click.Choice(["active", "suspended"]))
def update_account(session: Session, *, account_id: str, **changes: Any) -> None:
    """Change what is given; the rest stays."""
    given = {name: value for name, value in changes.items() if value is not None}
    session.show(session.client.accounts.update(account_id, **given))
