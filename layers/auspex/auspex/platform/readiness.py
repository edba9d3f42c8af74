"""Is every store that a request needs reachable? Each check runs against its own deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as DeadlineError
from dataclasses import asdict, dataclass
from pathlib import Path

from auspex.core.aws import client
from auspex.core.config import DatabaseSettings, QueueSettings, StorageSettings, read_settings
from auspex.core.database import load_sql, open_connection
from auspex.core.limits import READY_CHECK_SECONDS
from auspex.core.problems import Problem
from auspex.core.telemetry import logger

SQL = load_sql(Path(__file__).with_suffix(".sql"))
PROBED_QUEUE = "filings-ingestion"
RETRY_AFTER_SECONDS = 5


class NotReady(Problem):
    """A store that requests need does not answer; `checks` says which."""

    status, code, title = 503, "not-ready", "This deployment is not ready"
    remedy = "Retry after the time in `Retry-After`."


@dataclass(frozen=True, slots=True)
class Check:
    """One store's state."""

    name: str
    ok: bool
    milliseconds: float
    error: str | None = None


def require_readiness() -> list[Check]:
    """Check every store. Raises NotReady, naming what failed, unless all answer."""
    checks = check_readiness()
    if all(check.ok for check in checks):
        return checks
    failed = ", ".join(check.name for check in checks if not check.ok)
    raise NotReady(
        detail=f"No answer from: {failed}.",
        retry_after_seconds=RETRY_AFTER_SECONDS,
        checks=[asdict(check) for check in checks],
    )


def check_readiness() -> list[Check]:
    """Check Postgres, DynamoDB and the queues side by side; a check that misses its deadline has failed."""
    probes: dict[str, Callable[[], None]] = {
        "postgres": _probe_postgres,
        "dynamodb": _probe_dynamodb,
        "queues": _probe_queues,
    }
    pool = ThreadPoolExecutor(max_workers=len(probes))
    try:
        started = time.perf_counter()
        running = {name: pool.submit(probe) for name, probe in probes.items()}
        checks = []
        for name, future in running.items():
            error = None
            try:
                future.result(timeout=max(0.0, READY_CHECK_SECONDS - (time.perf_counter() - started)))
            except DeadlineError:
                error = f"no answer within {READY_CHECK_SECONDS:g} s"
            except Exception as cause:  # noqa: BLE001 - any failure means not ready; the log has the cause
                logger().warning("not ready", extra={"store": name}, exc_info=True)
                error = type(cause).__name__
            checks.append(Check(name, error is None, round((time.perf_counter() - started) * 1000, 1), error))
        return checks
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _probe_postgres() -> None:
    with open_connection(read_settings(DatabaseSettings)) as connection:
        connection.execute(SQL["probe"])


def _probe_dynamodb() -> None:
    client("dynamodb").describe_table(TableName=read_settings(StorageSettings).idempotency_table)


def _probe_queues() -> None:
    url = f"{read_settings(QueueSettings).queue_url_prefix}{PROBED_QUEUE}"
    client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
