"""Shared reports: a copy of one answer that anybody may read and check; nothing of one changes but that it may end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.problems import NotFound

SQL = load_sql(Path(__file__).with_suffix(".sql"))
REPORT_PREFIX = "rep"


@dataclass(frozen=True, slots=True)
class Report:
    """A report as kept: `sha256` is that of the canonical JSON of `body`."""

    id: str
    simulation_id: str
    body: dict[str, Any]
    sha256: str
    created_at: datetime


def insert_report(connection: Connection, report: Report, *, account_id: str) -> Report:
    """Store a report; where the answer is shared already, return the report that shares it."""
    row = {
        "id": report.id, "account_id": account_id, "simulation_id": report.simulation_id, "body": Jsonb(report.body),
        "sha256": report.sha256, "created_at": report.created_at,
    }  # fmt: skip
    connection.execute(SQL["insert_report"], row)
    found = fetch_one(
        connection, SQL["find_shared"], {"account_id": account_id, "simulation_id": report.simulation_id}
    )  # fmt: skip
    assert found is not None
    return Report(**found)


def load_report(connection: Connection, report_id: str) -> Report:
    """Return a report that is shared. Raises NotFound, also for one that was revoked."""
    row = fetch_one(connection, SQL["find_report"], {"id": report_id})
    if row is None:
        raise NotFound(detail=f"Report {report_id} is not shared.")
    return Report(**row)


def revoke_report(connection: Connection, report_id: str, *, account_id: str, at: datetime) -> Report:
    """End the sharing of an account's report and return it as it was.

    Raises NotFound when it is not shared, or another account's.
    """
    row = fetch_one(connection, SQL["revoke_report"], {"id": report_id, "account_id": account_id, "at": at})
    if row is None:
        raise NotFound(detail=f"Report {report_id} is not shared.")
    return Report(**row)
