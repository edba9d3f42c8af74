"""Messages per second of a worker stage in one process: claim, effect, outbox row, mark, commit, send, mark as sent.

Postgres is real with fsync on; SQS accepts at once. The worker keeps to one core, which Postgres may use as well.
"""

from __future__ import annotations

from typing import Any

from tests.benchmarks import lambda_events
from tests.benchmarks.database import BenchmarkDatabase
from tests.benchmarks.measured_function import OWN_FUNCTIONS, call_function

MESSAGES = 1_000
WARM_UP_CALLS = 5
BATCHES = (1, 10)


def measure_stage(database: BenchmarkDatabase, messages: int = MESSAGES) -> dict[str, Any]:
    """Return messages/s of wall time, and what one core would do if the disk cost nothing, by batch size."""
    return {"fsync": database.fsync, "messages": messages} | {
        f"batch_{size}": _measure(database, size, messages) for size in BATCHES
    }


def _measure(database: BenchmarkDatabase, size: int, messages: int) -> dict[str, float]:
    events = [lambda_events.batch(size) for _ in range(messages // size + WARM_UP_CALLS)]
    called = call_function(
        OWN_FUNCTIONS / "stage_trivial.py",
        events,
        warm_up=WARM_UP_CALLS,
        environment=database.environment("filings"),
    )
    if any(reply != {"batchItemFailures": []} for reply in called.replies):
        raise AssertionError("a record failed")
    counted = len(called.wall_seconds) * size
    return {
        "messages_per_second": round(counted / called.elapsed_seconds, 1),
        "worker_cpu_ms_per_message": round(called.cpu_seconds * 1000 / counted, 3),
        "messages_per_second_and_core": round(counted / called.cpu_seconds, 1),
    }
