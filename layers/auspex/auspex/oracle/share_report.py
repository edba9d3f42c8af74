"""Share an answer as a report that anybody can read, and verify against its hash (ORACLE 3, reports)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auspex.core.clock import Clock, format_instant
from auspex.core.database import Connection
from auspex.core.fingerprints import sha256_of_json
from auspex.core.ids import new_id
from auspex.oracle.report_store import REPORT_PREFIX, Report, insert_report, load_report
from auspex.oracle.simulation_store import StoredSimulation, load_simulation

REPORT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether what is shown is what was shared: the hash stated at sharing, and that of the body now."""

    valid: bool
    expected: str
    actual: str


def share_report(connection: Connection, *, clock: Clock, account_id: str, simulation_id: str) -> Report:
    """Return the report of an account's answer, made now unless it is shared already. Raises NotFound."""
    row = load_simulation(connection, account_id=account_id, simulation_id=simulation_id)
    body = body_of(row)
    report = Report(
        id=new_id(REPORT_PREFIX), simulation_id=simulation_id, body=body, sha256=sha256_of_json(body),
        created_at=clock.now(),
    )  # fmt: skip
    return insert_report(connection, report, account_id=account_id)


def verify_report(connection: Connection, report_id: str) -> Verification:
    """Hash a report's body anew and compare. Raises NotFound."""
    report = load_report(connection, report_id)
    actual = sha256_of_json(report.body)
    return Verification(actual == report.sha256, report.sha256, actual)


def body_of(row: StoredSimulation) -> dict[str, Any]:
    """Return what a report shows of an answer: nothing of its owner, and what is needed to compute it again."""
    run = row.result["run"]
    manifest = {name: run[name] for name in ("fingerprint", "model_version", "params_version", "seed", "n", "method")}
    return {
        "version": REPORT_VERSION, "answered_at": format_instant(row.created_at), "depth": row.depth,
        "origin": row.origin, "result": row.result, "narrative": row.narrative,
        "manifest": manifest | {"result_sha256": row.result_sha256},
    }  # fmt: skip
