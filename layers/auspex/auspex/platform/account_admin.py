"""What an operator does with accounts. A suspended account's keys are refused from the next request on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.ids import new_id
from auspex.core.problems import IdempotencyKeyReused, NotFound, Problem
from auspex.platform.origin import Origin

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SUSPENDED = "suspended"


class OwnAccountSuspended(Problem):
    """An administrator would lock out the key that asks."""

    status, code, title = 409, "own-account", "An account cannot suspend itself"
    remedy = "Use an administrator's key of another account."


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What of an account changes; None leaves it as it is."""

    name: str | None = None
    plan: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class AccountQuery:
    """Filters of a list of accounts; None means any."""

    plan: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Accounts, newest first, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def open_account(connection: Connection, *, name: str, plan: str, origin: Origin, at: datetime) -> dict[str, Any]:
    """Create an account, or return the one this Idempotency-Key made. Raises IdempotencyKeyReused for another body."""
    asked = asdict(origin)
    account_id = new_id("acct")
    row = fetch_one(
        connection, SQL["insert_account"], asked | {"account_id": account_id, "name": name, "plan": plan, "at": at}
    )
    if row is not None:
        return row
    earlier = fetch_one(connection, SQL["find_asked_account"], asked)
    assert earlier is not None
    if not earlier["same_request"]:
        raise IdempotencyKeyReused(detail="This Idempotency-Key was used with another body on this route.")
    return earlier


def list_accounts(connection: Connection, query: AccountQuery, *, limit: int, cursor: str | None) -> AccountPage:
    """Return a page of accounts, newest first. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "accounts", **asdict(query)}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    rows = fetch_all(connection, SQL["list_accounts"], asdict(query) | {"before": before, "rows_max": limit + 1})
    kept = rows[:limit]
    more = len(rows) > limit
    return AccountPage(kept, encode_cursor([kept[-1]["account_id"]], filters=filters) if more else None)


def load_account(connection: Connection, *, account_id: str) -> dict[str, Any]:
    """Return one account. Raises NotFound."""
    row = fetch_one(connection, SQL["find_account"], {"account_id": account_id})
    if row is None:
        raise NotFound(detail=f"There is no account {account_id}.")
    return row


def change_account(
    connection: Connection, *, caller_account_id: str, account_id: str, change: AccountChange
) -> dict[str, Any]:
    """Change name, plan or status. Raises NotFound, and OwnAccountSuspended when the caller would lock itself out."""
    if change.status == SUSPENDED and account_id == caller_account_id:
        raise OwnAccountSuspended
    row = fetch_one(connection, SQL["change_account"], asdict(change) | {"account_id": account_id})
    if row is None:
        raise NotFound(detail=f"There is no account {account_id}.")
    return row
