"""Jobs of an account as products make and end them, through the functions that the platform grants them."""

from __future__ import annotations

from tests.harness.harness import Harness

from auspex.core.messages import Cause
from auspex.core.problems import Problem
from auspex.platform.jobs import NewJob, create_job, fail_unit, succeed_unit

KIND = "filings.ingestion"


def start_job(harness: Harness, account_id: str, *units: str) -> str:
    """Create a job with these units and return its id."""
    new = NewJob(account_id=account_id, kind=KIND, route="/v1/filings/ingestions", request={}, units=list(units))
    with harness.database.connect("auspex_filings") as connection, connection.transaction():
        return create_job(connection, new, cause=Cause(account_id=account_id), at=harness.clock.now()).job_id


def succeed(harness: Harness, unit: str) -> None:
    """End a unit well."""
    with harness.database.connect("auspex_filings") as connection, connection.transaction():
        succeed_unit(connection, kind=KIND, unit_key=unit, result={}, at=harness.clock.now())


def fail(harness: Harness, unit: str) -> None:
    """End a unit with a problem."""
    with harness.database.connect("auspex_filings") as connection, connection.transaction():
        fail_unit(connection, kind=KIND, unit_key=unit, problem=Problem(), at=harness.clock.now())
