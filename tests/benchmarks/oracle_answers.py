"""An answer at each depth, and a batch of 5,000 fixtures, through the shipped handlers on a Postgres with fsync.

SQS and DynamoDB are stand-ins that answer at once: what is measured is ours and Postgres's.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import dict_row
from tests.benchmarks import lambda_events
from tests.benchmarks.database import BenchmarkDatabase
from tests.benchmarks.drawn_league import AFTER, PAIRS, SEASON, TEAMS, drawn_league
from tests.benchmarks.measured_function import OWN_FUNCTIONS, Called, call_function

from auspex.oracle.engine.calibrate import Layer
from auspex.oracle.engine.history import History
from auspex.oracle.engine.walk_forward import fit_versions
from auspex.oracle.model import Depth
from auspex.oracle.parameter_store import store_parameters

CALLS, WARM_UP_CALLS = 200, 20
PATH = "/v1/oracle/simulations"
TOKENS = 1_000_000
ROWS, WORKERS, MESSAGES_A_CALL = 5_000, 2, 5
COMPETITION = "E0"
NAMES = """
INSERT INTO oracle.teams (team_id, name, country)
SELECT t, t, c.country FROM unnest(%(teams)s::text[]) AS t, oracle.competitions AS c WHERE c.code = %(code)s
"""
ALIASES = """
INSERT INTO oracle.team_aliases (competition, alias, team_id) SELECT %(code)s, t, t FROM unnest(%(teams)s::text[]) AS t
"""
WAITING = "SELECT body FROM platform.outbox WHERE queue = %(queue)s AND body::text LIKE %(job)s ORDER BY 1"


def measure_oracle_answers(database: BenchmarkDatabase) -> dict[str, Any]:
    """Return milliseconds of a call at each depth, of one on a fitted league, and the figures of a batch."""
    _fill(database)
    found: dict[str, Any] = {"fsync": database.fsync, "calls": CALLS}
    for depth in Depth:
        found[depth.value] = _figures(_call(database, "oracle/simulations", [
            _post(database, PATH, _own(depth, number)) for number in range(CALLS + WARM_UP_CALLS)
        ]))  # fmt: skip
    found["full_distribution of a fitted league"] = _figures(_call(database, "oracle/simulations", [
        _post(database, PATH, _fitted(number)) for number in range(CALLS + WARM_UP_CALLS)
    ]))  # fmt: skip
    return found | {"batch": measure_batch(database)}


def measure_batch(database: BenchmarkDatabase, rows: int = ROWS) -> dict[str, Any]:
    """Create a batch of fitted fixtures at `full_distribution`, work its shards off on two processes, collect it.

    A shard's seconds begin when its process has imported the function and are those of the slower process.
    """
    began = time.time()
    fixtures = [_fitted_row(number) for number in range(rows)]
    body = {"fixtures": fixtures, "model": "goals", "depth": Depth.DISTRIBUTION.value, "as_of": "now"}
    created = _call(database, "oracle/batches", [_post(database, "/v1/oracle/batches", body)], warm_up=0)
    job_id = json.loads(created.replies[0]["body"])["data"]["job"]["job_id"]
    shares = [_waiting(database, "oracle-simulate", job_id)[worker::WORKERS] for worker in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        worked = list(pool.map(lambda share: _deliver(database, "oracle/stage_simulate", share), shares))
    collected = _deliver(database, "oracle/stage_collect", _waiting(database, "oracle-collect", job_id))
    with psycopg.connect(database.superuser_url, row_factory=dict_row) as connection:
        job = connection.execute(
            "SELECT status, cost, quote, (SELECT count(*) FROM oracle.batch_rows AS b WHERE b.job_id = j.job_id "
            "AND result IS NOT NULL) AS answered FROM platform.jobs AS j WHERE job_id = %s", (job_id,)
        ).fetchone()  # fmt: skip
    if job is None or job["status"] != "succeeded" or job["answered"] != rows:
        raise AssertionError(f"the batch ended as {job}")
    shards = max(called.elapsed_seconds for called in worked)
    seconds = created.elapsed_seconds + shards + collected.elapsed_seconds
    return {
        "fixtures": rows, "processes": WORKERS, "create_seconds": round(created.elapsed_seconds, 2),
        "shards_seconds": round(shards, 2), "collect_seconds": round(collected.elapsed_seconds, 2),
        "fixtures_per_second": round(rows / seconds, 1),
        "cpu_ms_a_fixture": round(1_000 * sum(called.cpu_seconds for called in worked) / rows, 2),
        "seconds_with_starts_of_processes": round(time.time() - began, 1), "tokens": job["cost"],
    }  # fmt: skip


def _fill(database: BenchmarkDatabase) -> None:
    """Give the account tokens, and a competition teams and parameters in force."""
    at = datetime.now(UTC)
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute(
            "SELECT platform.grant_tokens(account_id, 'grant', 'oracle', %s, NULL, NULL, NULL, NULL, %s::timestamptz)"
            " FROM platform.accounts WHERE name = 'benchmark'", (TOKENS, at),
        )  # fmt: skip
        for statement in (NAMES, ALIASES):
            connection.execute(statement.encode(), {"teams": list(TEAMS), "code": COMPETITION})
    versions = fit_versions(History.of(drawn_league()), as_of=AFTER, season=SEASON, field=TEAMS)
    layer = Layer(tau=1.08, matches=1_000)
    with psycopg.connect(database.urls["auspex_oracle"], row_factory=dict_row) as oracle:
        for fitted in (versions.elo, versions.goals):
            if fitted is None:
                raise AssertionError("the drawn league has no goals fit")
            store_parameters(oracle, competition=COMPETITION, fitted=fitted, layer=layer, status="active", at=at)


def _own(depth: Depth, number: int) -> dict[str, Any]:
    """Return a request with rates of the caller's; every one differs, so that none is answered from the cache."""
    body: dict[str, Any] = {
        "model": "goals", "home": {"name": "Ashford"}, "away": {"name": "Kelby"},
        "goals": {"lambda": 1.4 + number / 1_000, "mu": 1.1},
    }  # fmt: skip
    levers = [{"kind": "absence", "side": "away", "attack_factor": 0.85}]
    compared = {"compare": body | {"levers": levers}} if depth.includes(Depth.COMPARISON) else {}
    return body | compared | {"depth": depth.value}


def _fitted_row(number: int) -> dict[str, Any]:
    home, away = PAIRS[number % len(PAIRS)]
    return {"competition": COMPETITION, "home": {"name": TEAMS[home]}, "away": {"name": TEAMS[away]},
            "client_reference": str(number)}  # fmt: skip


def _fitted(number: int) -> dict[str, Any]:
    return _fitted_row(number) | {"model": "goals", "depth": Depth.DISTRIBUTION.value}


def _post(database: BenchmarkDatabase, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return lambda_events.post(path, json.dumps(body), key=database.key)


def _call(
    database: BenchmarkDatabase, function: str, events: list[dict[str, Any]], *, warm_up: int = WARM_UP_CALLS
) -> Called:  # fmt: skip
    """Call a shipped function in a process of its own; a refusal is an error."""
    called = call_function(OWN_FUNCTIONS / "shipped.py", events, warm_up=warm_up, environment=_environment(database) | {
        "BENCHMARK_FUNCTION": function, "OPENBLAS_NUM_THREADS": "1",
    })  # fmt: skip
    for reply in called.replies:
        if reply.get("statusCode", 200) not in {200, 202} or reply.get("batchItemFailures"):
            raise AssertionError(str(reply)[:400])
    return called


def _deliver(database: BenchmarkDatabase, function: str, bodies: list[str]) -> Called:
    return _call(database, function, lambda_events.deliveries(bodies, MESSAGES_A_CALL), warm_up=0)


def _environment(database: BenchmarkDatabase) -> dict[str, str]:
    return database.environment("oracle") | {"AUSPEX_IDEMPOTENCY_TABLE": "benchmark"}


def _waiting(database: BenchmarkDatabase, queue: str, job_id: str) -> list[str]:
    """Return the messages of a job that were sent to a queue."""
    with psycopg.connect(database.superuser_url) as connection:
        rows = connection.execute(WAITING.encode(), {"queue": queue, "job": f"%{job_id}%"}).fetchall()
    return [row[0] if isinstance(row[0], str) else json.dumps(row[0]) for row in rows]


def _figures(called: Called) -> dict[str, float]:
    wall = np.array(called.wall_seconds) * 1_000
    return {
        "p50_ms": round(float(np.median(wall)), 2), "p95_ms": round(float(np.percentile(wall, 95)), 2),
        "cpu_ms": round(called.cpu_seconds * 1_000 / len(wall), 2),
    }  # fmt: skip
