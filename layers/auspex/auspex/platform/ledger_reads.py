"""The ledger as its owner reads it: what is left, and every transaction that made it so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.limits import FREE_ANALYSES_PER_DAY, FREE_COOLDOWN_SECONDS
from auspex.core.problems import NotFound

SQL = load_sql(Path(__file__).with_suffix(".sql"))
FREE = "free"


@dataclass(frozen=True, slots=True)
class Allowance:
    """The free plan's analyses of a UTC day; `cooldown_until` is null when the next one may come at once."""

    limit: int
    used: int
    remaining: int
    cooldown_until: datetime | None
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """Tokens to spend, tokens set aside, and the allowance of a free account (null: no limit)."""

    available: int
    reserved: int
    plan: str
    allowance: Allowance | None


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Filters of the ledger; None means any."""

    kind: str | None = None
    job_id: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Transactions, newest first, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def read_balance(connection: Connection, *, account_id: str, at: datetime) -> Balance:
    """Return what an account has. Raises NotFound."""
    row = fetch_one(connection, SQL["read_balance"], {"account_id": account_id})
    if row is None:
        raise NotFound(detail=f"There is no account {account_id}.")
    allowance = _allowance(row, at) if row["plan"] == FREE else None
    return Balance(row["available"], row["reserved"], row["plan"], allowance)


def list_transactions(
    connection: Connection, query: LedgerQuery, *, account_id: str, limit: int, cursor: str | None
) -> LedgerPage:
    """Return a page of an account's ledger, newest first. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "ledger", "account_id": account_id, **asdict(query)}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    parameters = asdict(query) | {
        "account_id": account_id, "transaction_id": None, "before": before, "rows_max": limit + 1,
    }  # fmt: skip
    rows = fetch_all(connection, SQL["list_transactions"], parameters)
    kept = rows[:limit]
    more = len(rows) > limit
    return LedgerPage(kept, encode_cursor([kept[-1]["sequence"]], filters=filters) if more else None)


def load_transaction(connection: Connection, *, account_id: str, transaction_id: str) -> dict[str, Any]:
    """Return one transaction. Raises NotFound."""
    parameters = {
        "account_id": account_id, "transaction_id": transaction_id, "kind": None, "job_id": None, "before": None,
        "rows_max": 1,
    }  # fmt: skip
    row = fetch_one(connection, SQL["list_transactions"], parameters)
    if row is None:
        raise NotFound(detail=f"There is no transaction {transaction_id}.")
    return row


def _allowance(row: dict[str, Any], at: datetime) -> Allowance:
    today = at.astimezone(UTC).date()
    used = int(row["used"]) if row["day"] == today else 0
    free_at = row["last_at"] + timedelta(seconds=FREE_COOLDOWN_SECONDS) if row["last_at"] else None
    resets_at = datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=1)
    return Allowance(
        limit=FREE_ANALYSES_PER_DAY, used=used, remaining=max(FREE_ANALYSES_PER_DAY - used, 0),
        cooldown_until=free_at if free_at and free_at > at else None, resets_at=resets_at,
    )  # fmt: skip
