"""Spends per second, the outbox's lag, and the worker beside rq and procrastinate at the same work and durability.

A worker keeps to one core, which its database or broker may use as well. Ours gets its messages from a list, as Lambda
hands them over: receiving and deleting them is SQS's work and is not in its figure; the peers' figures contain their
brokers'.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import numpy as np
import psycopg
import redis
from infra.local.postgres import free_port
from psycopg.rows import dict_row
from tests.benchmarks.database import ROOT, BenchmarkDatabase
from tests.benchmarks.stage_throughput import measure_stage

from auspex.core import aws, outbox
from auspex.core.ids import new_id
from auspex.core.messages import Cause, Command, wrap

JOBS = 400
CONNECTIONS = 4
SPEND_SECONDS = 6.0
ACCOUNTS = 1_000
LAG_SECONDS, LAG_RATE, LAG_BATCH = 10, 1_000, 50
START_SECONDS = 10.0


# ── Peers ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def measure_peers(database: BenchmarkDatabase, jobs: int = JOBS) -> dict[str, Any]:
    """Return messages per second of our worker and of the peers; a peer whose broker is missing is `absent`."""
    ours = measure_stage(database, messages=jobs)
    found: dict[str, Any] = {
        "jobs": jobs, "fsync": database.fsync, "same_core_for_worker": True,
        "auspex_batch_1": ours["batch_1"]["messages_per_second"],
        "auspex_batch_10": ours["batch_10"]["messages_per_second"],
    }  # fmt: skip
    found["procrastinate"] = _rate("procrastinate_worker", jobs, {
        "AUSPEX_DATABASE_URL": database.urls["auspex_filings"], "BENCHMARK_PEER_URL": database.superuser_url,
    })  # fmt: skip
    if shutil.which("redis-server") is None:
        return found | {"rq": "absent", "rq_needs": "redis-server (Debian: apt-get install redis-server)"}
    with _redis() as port:
        environment = {"AUSPEX_DATABASE_URL": database.urls["auspex_filings"], "BENCHMARK_REDIS_PORT": str(port)}
        found["rq"] = _rate("rq_jobs", jobs, environment)
    return found | {"redis_appendfsync": "always"}


def _rate(script: str, jobs: int, environment: Mapping[str, str]) -> float:
    seconds = float(_run(script, [str(jobs)], environment, core=0).communicate()[0].split()[-1])
    return round(jobs / seconds, 1)


def _run(
    script: str, arguments: list[str], environment: Mapping[str, str], *, core: int | None = None
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"tests.benchmarks.peers.{script}", *arguments]
    if core is not None and shutil.which("taskset"):
        command = ["taskset", "-c", str(core), *command]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **environment})


@contextmanager
def _redis() -> Iterator[int]:
    """Run a Redis that writes every command to disk before it answers."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="auspex-redis-") as folder:
        settings = {
            "port": port, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "yes", "appendfsync": "always",
        }  # fmt: skip
        command = ["redis-server", *(part for name, value in settings.items() for part in (f"--{name}", str(value)))]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield port
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis(port=port) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return


# ── Spends ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def measure_spends(database: BenchmarkDatabase, seconds: float = SPEND_SECONDS) -> dict[str, Any]:
    """Return spends per second of several connections on one account, and over a thousand."""
    ids = [new_id("acct") for _ in range(ACCOUNTS)]
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute(
            """INSERT INTO platform.accounts (account_id, name, plan, created_at)
               SELECT a, 'spends', 'premium', now() FROM unnest(%s::text[]) AS a""", (ids,)
        )  # fmt: skip
        connection.execute(
            """SELECT platform.grant_tokens(a, 'grant', 'spends', 10000000, NULL, NULL, NULL, NULL, now())
               FROM unnest(%s::text[]) AS a""", (ids,)
        )  # fmt: skip
    return {
        "connections": CONNECTIONS, "fsync": database.fsync,
        "one_hot_account_per_second": _spend(database, ids[:1], seconds),
        "thousand_accounts_per_second": _spend(database, ids, seconds),
    }  # fmt: skip


def _spend(database: BenchmarkDatabase, ids: list[str], seconds: float) -> float:
    share = max(1, len(ids) // CONNECTIONS)
    spenders = []
    for number in range(CONNECTIONS):
        mine = ids[number * share : (number + 1) * share] if len(ids) > 1 else ids
        arguments = [f"{len(ids)}-{number}", str(seconds), ",".join(mine)]
        spenders.append(_run("spender", arguments, database.environment("platform")))
    return round(sum(float(spender.communicate()[0]) for spender in spenders), 1)


# ── Outbox ──────────────────────────────────────────────────────────────────────────────────────────────────────────
class _Note(Command):
    """A message of nobody's."""

    schema_name: ClassVar[str] = "benchmark.note.v1"
    queue: ClassVar[str] = "benchmark-next"

    number: int


class _Arrivals:
    """An SQS client that notes when each message arrived."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Accept a batch."""
        self.seconds += [time.perf_counter()] * len(Entries)
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}


def measure_outbox_lag(database: BenchmarkDatabase, seconds: int = LAG_SECONDS) -> dict[str, Any]:
    """Commit 1,000 messages a second and return milliseconds from each commit until its queue had the message.

    A writer commits batches of messages at that rate; the sweep, in this process too, sends what is due after each.
    """
    os.environ.setdefault("AUSPEX_QUEUE_URL_PREFIX", "https://sqs.us-east-1.amazonaws.com/123456789012/auspex-")
    arrivals, lags, behind = _Arrivals(), [], 0.0
    aws.use_client("sqs", arrivals)
    url = database.urls["auspex_platform"]
    try:
        with psycopg.connect(url, autocommit=True, prepare_threshold=None, row_factory=dict_row) as connection:
            began = time.perf_counter()
            for number in range(seconds * LAG_RATE // LAG_BATCH):
                due = began + number * LAG_BATCH / LAG_RATE
                time.sleep(max(0.0, due - time.perf_counter()))
                behind = max(behind, time.perf_counter() - due)
                at = datetime.now(UTC)
                with connection.transaction():
                    for place in range(LAG_BATCH):
                        note = wrap(_Note(number=place), dedup_key=f"lag:{number}:{place}", cause=Cause())
                        outbox.enqueue(connection, note, at=at)
                outbox.forget_pending()
                committed, before = time.perf_counter(), len(arrivals.seconds)
                with connection.transaction():
                    outbox.sweep(connection, queue=_Note.queue, at=at + timedelta(seconds=1))
                lags += [(arrived - committed) * 1000 for arrived in arrivals.seconds[before:]]
    finally:
        aws.use_client("sqs", None)
    return {
        "messages": len(lags), "messages_per_second": LAG_RATE, "fsync": database.fsync,
        "lag_ms_p50": round(float(np.percentile(lags, 50)), 2), "lag_ms_p95": round(float(np.percentile(lags, 95)), 2),
        "lag_ms_max": round(max(lags), 2), "behind_schedule_ms_max": round(behind * 1000, 1),
    }  # fmt: skip
