"""The peer procrastinate at the same work: one row committed, one job put on the next queue of the same Postgres."""

from __future__ import annotations

import os
import time

import procrastinate
import psycopg

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ["BENCHMARK_PEER_URL"]))
held: dict[str, psycopg.AsyncConnection[tuple[object, ...]]] = {}


@app.task(queue="following")
async def pass_on(key: str) -> None:
    """What the next stage would do."""


@app.task(queue="work")
async def leave_row(key: str) -> None:
    """Commit the row, then defer what follows; a crash between the two does the row again."""
    await held["connection"].execute("INSERT INTO benchmark.effects (key) VALUES (%s)", (key,))
    await pass_on.defer_async(key=key)


async def work_off(jobs: int) -> float:
    """Defer the jobs, work them off, and return how long the latter took."""
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        held["connection"] = await psycopg.AsyncConnection.connect(
            os.environ["AUSPEX_DATABASE_URL"], autocommit=True, prepare_threshold=None
        )
        for number in range(jobs):
            await leave_row.defer_async(key=f"procrastinate-{number}")
        began = time.perf_counter()
        await app.run_worker_async(
            queues=["work"], wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False
        )
        took = time.perf_counter() - began
        await held["connection"].close()
        return took
