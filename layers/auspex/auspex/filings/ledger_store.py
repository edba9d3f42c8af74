"""The ledger's rows: what is promised, reported and expected of one company, and how promises came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.ids import new_id
from auspex.core.limits import LEDGER_PROMISES_MAX, LEDGER_YEARS
from auspex.filings.extraction.actuals import Actual, Sought
from auspex.filings.extraction.guidance_ledger import Outcome, Stated
from auspex.filings.guidance_store import promise_of
from auspex.filings.model import Basis, PeriodType

SQL = load_sql(Path(__file__).with_suffix(".sql"))
EXPECTATION_PREFIX = "exp"


@dataclass(frozen=True, slots=True)
class Expected:
    """A stored expectation; `inputs` are what it was made of."""

    sought: Sought
    fiscal_period: str
    inputs: dict[str, Any]


def claim_companies(connection: Connection, *, rows_max: int) -> list[dict[str, Any]]:
    """Return companies to score (cik, queued_at), the longest waiting first."""
    return fetch_all(connection, SQL["claim_companies"], {"rows_max": rows_max})


def count_waiting(connection: Connection) -> int:
    """Return how many companies wait to be scored."""
    row = fetch_one(connection, SQL["count_waiting"], {})
    return int(row["waiting"]) if row else 0


def lock_company(connection: Connection, cik: int) -> bool:
    """Lock a waiting company until the transaction ends; False when another scoring has it or is done with it."""
    return fetch_one(connection, SQL["lock_company"], {"cik": cik}) is not None


def release_company(connection: Connection, *, cik: int, queued_at: datetime) -> None:
    """Let go of a scored company, unless something new of it came meanwhile."""
    connection.execute(SQL["release_company"], {"cik": cik, "queued_at": queued_at})


def list_promises(connection: Connection, *, cik: int, at: datetime) -> list[Stated]:
    """Return a company's statements known at a time, the oldest first, of the last twelve years."""
    rows = fetch_all(
        connection,
        SQL["list_promises"],
        {"cik": cik, "at": at, "since": _since(at), "rows_max": LEDGER_PROMISES_MAX},
    )
    return [
        Stated(
            row["guidance_id"], row["accession"], sought_of(row, said_at=row["known_at"]), row["fiscal_period"],
            promise_of(row), row["resolved"], row["resolved_at"], row["restated"], row["surprise"],
        )
        for row in reversed(rows)
    ]  # fmt: skip


def list_actuals(
    connection: Connection, *, cik: int, metrics: Sequence[str], at: datetime
) -> list[tuple[Actual, str | None]]:
    """Return a company's reported figures known at a time, each with its fiscal label, in the order they were known."""
    rows = fetch_all(
        connection, SQL["list_actuals"], {"cik": cik, "metrics": list(metrics), "at": at, "since": _since(at)}
    )
    return [
        (
            Actual(
                row["kpi_id"], row["accession"], row["metric"], Basis(row["basis"]), row["unit"],
                PeriodType(row["period_type"]), row["period_end"], row["value"], row["scale_shown"], row["derived"],
                row["preliminary"], row["known_at"],
            ),
            row["fiscal_period"],
        )
        for row in rows
    ]  # fmt: skip


def insert_outcome(
    connection: Connection, stated: Stated, actual: Actual, outcome: Outcome, *, restated: bool, at: datetime
) -> bool:
    """Store how a promise came out; False when that is stored already."""
    row = fetch_one(
        connection,
        SQL["insert_outcome"],
        {
            "guidance_id": stated.guidance_id, "kpi_id": actual.kpi_id, "actual": actual.value,
            "position": outcome.position, "verdict": outcome.verdict, "surprise": outcome.surprise,
            "restated": restated, "at": at,
        },
    )  # fmt: skip
    return row is not None


def list_expectations(connection: Connection, *, cik: int, since: date) -> list[Expected]:
    """Return the newest expectation of each figure and period that ends on a day or later."""
    rows = fetch_all(connection, SQL["list_expectations"], {"cik": cik, "since": since})
    return [Expected(sought_of(row, said_at=row["issued_at"]), row["fiscal_period"], row["inputs"]) for row in rows]


def insert_expectation(connection: Connection, columns: dict[str, Any], *, at: datetime) -> None:
    """Store an expectation; `columns` are the table's, `inputs` a plain mapping."""
    stored = columns | {"expectation_id": new_id(EXPECTATION_PREFIX), "inputs": Jsonb(columns["inputs"]), "at": at}
    connection.execute(SQL["insert_expectation"], stored)


def sought_of(row: dict[str, Any], *, said_at: datetime) -> Sought:
    """Return what a stored promise or expectation is about."""
    return Sought(
        row["metric"], Basis(row["basis"]), row["unit"], PeriodType(row["period_type"]), row["period_end"], said_at
    )


def _since(at: datetime) -> date:
    return at.date() - timedelta(days=365 * LEDGER_YEARS)
