"""Let Postgres's own time pass with the virtual clock.

Leases and source budgets compare with the server's clock (API, time); moving these columns back by as much as the
virtual clock moves forward has the same effect.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg

STATEMENTS = (
    "UPDATE filings.leases SET expires_at = expires_at - %(span)s",
    "UPDATE filings.edgar_budget SET tat = tat - %(span)s, paused_until = paused_until - %(span)s",
)


def shift_database_time(connection: psycopg.Connection[Any], span: timedelta) -> None:
    """Age everything in the database that is measured on the server's clock."""
    for statement in STATEMENTS:
        connection.execute(statement, {"span": span})
