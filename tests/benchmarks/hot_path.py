"""What admission, replay and money add to a request, the statements they send, and how quick a replay is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
from tests.benchmarks import lambda_events
from tests.benchmarks.database import BenchmarkDatabase
from tests.benchmarks.measured_function import OWN_FUNCTIONS, Called, call_function

ROUNDS, CALLS, WARM_UP_CALLS = 3, 200, 20
PATH = "/v1/benchmark/effects"
TOKENS = 1_000_000
CALLS_FOR_MONEY_MAX = 2


def measure_hot_path(database: BenchmarkDatabase) -> dict[str, Any]:
    """Return milliseconds of the bare application, of a paid route and of its replay, and the statements of a call."""
    _give_tokens(database)
    environment = database.environment("platform") | {"AUSPEX_IDEMPOTENCY_TABLE": "benchmark"}
    runs: dict[str, list[Called]] = {"bare_write": [], "paid_write": [], "paid_write_with_key": [], "replay": []}
    for number in range(ROUNDS):
        for name, called in runs.items():
            called.append(_call(database, name, number, environment))
    figures = {name: _figures(called) for name, called in runs.items()}
    paid = [reply for called in runs["paid_write_with_key"] for reply in called.replies]
    if any(reply["postgres_calls"] == 0 for reply in paid):
        raise AssertionError("the recorder saw no statement")
    bare = figures["bare_write"]["median_ms"]
    return {
        "fsync": database.fsync,
        "subjects": figures,
        "over_bare_write_ms": {name: round(value["median_ms"] - bare, 3) for name, value in figures.items()},
        "postgres_calls_for_admission_and_money": max(reply["money_calls"] for reply in paid),
        "postgres_calls_for_admission_and_money_allowed": CALLS_FOR_MONEY_MAX,
        "postgres_calls_of_a_paid_call": max(reply["postgres_calls"] for reply in paid),
    }


def _call(database: BenchmarkDatabase, name: str, number: int, environment: dict[str, str]) -> Called:
    file = OWN_FUNCTIONS / ("bare_write.py" if name == "bare_write" else "paid_write.py")
    events = []
    for place in range(CALLS + WARM_UP_CALLS):
        idempotency_key = {"paid_write_with_key": f"{number}-{place}", "replay": f"replay-{number}"}.get(name)
        body = '{"key": "replayed"}' if name == "replay" else f'{{"key": "{name}-{number}-{place}"}}'
        events.append(lambda_events.post(PATH, body, key=database.key, idempotency_key=idempotency_key))
    called = call_function(file, events, warm_up=WARM_UP_CALLS, environment=environment)
    for reply in called.replies:
        if reply["statusCode"] != 201:
            raise AssertionError(f"status {reply['statusCode']}: {reply['body'][:300]}")
    if name == "replay" and called.replies[-1]["headers"].get("idempotent-replayed") != "true":
        raise AssertionError("a repeated request was not replayed")
    return called


def _figures(runs: list[Called]) -> dict[str, float]:
    wall = np.array([seconds for run in runs for seconds in run.wall_seconds]) * 1000
    return {
        "calls": len(wall), "median_ms": round(float(np.median(wall)), 3),
        "p95_ms": round(float(np.percentile(wall, 95)), 3),
        "cpu_ms": round(sum(run.cpu_seconds for run in runs) * 1000 / len(wall), 3),
    }  # fmt: skip


def _give_tokens(database: BenchmarkDatabase) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute(
            "SELECT platform.grant_tokens(account_id, 'grant', 'benchmark', %s, NULL, NULL, NULL, NULL,"
            " %s::timestamptz) FROM platform.accounts",
            (TOKENS, datetime.now(UTC)),
        )
