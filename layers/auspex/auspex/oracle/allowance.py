"""What is left today of an account's free analyses; the platform counts them, oracle only shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.problems import NotFound
from auspex.platform.ledger import ALLOWANCE_PARAMETERS

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Allowance:
    """Analyses of this UTC day: `limit` and `remaining` are None on plans without a limit."""

    plan: str
    used: int
    limit: int | None
    remaining: int | None
    cooldown_until: datetime | None
    resets_at: datetime


def read_allowance(connection: Connection, *, account_id: str, at: datetime) -> Allowance:
    """Return an account's allowance at an instant. Raises NotFound."""
    row = fetch_one(connection, SQL["read_allowance"], {"account_id": account_id, "at": at} | ALLOWANCE_PARAMETERS)
    if row is None:
        raise NotFound
    limit, used = row["analyses_max"], row["used"]
    midnight = datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
    return Allowance(
        plan=row["plan"], used=used, limit=limit, remaining=None if limit is None else max(0, limit - used),
        cooldown_until=row["cooldown_until"], resets_at=midnight,
    )  # fmt: skip
