"""What schedules do for the ledger: give back forgotten reservations, forget what expired, compare balances nightly."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.database import Connection, fetch_one, load_sql, transaction
from auspex.core.limits import CHARGE_WINDOW_HOURS, EXPIRED_ROWS_FORGOTTEN_MAX, RESERVATIONS_RELEASED_MAX
from auspex.core.telemetry import count, logger

SQL = load_sql(Path(__file__).with_suffix(".sql"))


def release_forgotten_reservations(connection: Connection, *, at: datetime) -> int:
    """Give back what requests reserved that never ended. Returns how many."""
    row = fetch_one(connection, SQL["release_forgotten"], {"rows_max": RESERVATIONS_RELEASED_MAX, "at": at})
    assert row is not None
    return int(row["released"])


def forget_expired(connection: Connection, *, at: datetime) -> dict[str, int]:
    """Delete expired cached replies, full rate buckets and charges past their window. Returns how many of each."""
    row = fetch_one(
        connection,
        SQL["forget_expired"],
        {
            "charged_before": at - timedelta(hours=CHARGE_WINDOW_HOURS), "rows_max": EXPIRED_ROWS_FORGOTTEN_MAX,
            "at": at,
        },
    )  # fmt: skip
    assert row is not None
    return dict(row)


def reconcile_ledger(at: datetime) -> dict[str, Any]:
    """Compare every balance with its entries; each difference is logged and counted in the metric behind the alarm."""
    with transaction() as connection:
        row = fetch_one(connection, SQL["reconcile"], {"at": at})
    assert row is not None
    for difference in row["differences"]:
        logger().error("ledger difference", extra={"difference": difference})
    count("LedgerDifferences", len(row["differences"]))
    return {
        "accounts": row["accounts"], "transactions": row["transactions"], "differences": len(row["differences"]),
    }  # fmt: skip
