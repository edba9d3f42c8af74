"""The peer rq at the same work: one row committed, one job put on the next queue. As a script it works a queue off."""

from __future__ import annotations

import logging
import os
import sys
import time

import psycopg
from redis import Redis
from rq import Queue, SimpleWorker

connection = psycopg.connect(os.environ["AUSPEX_DATABASE_URL"], autocommit=True, prepare_threshold=None)
redis = Redis(port=int(os.environ["BENCHMARK_REDIS_PORT"]))
following = Queue("following", connection=redis)


def pass_on(key: str) -> None:
    """What the next stage would do."""


def leave_row(key: str) -> None:
    """Commit the row, then enqueue what follows; a crash between the two loses it."""
    connection.execute("INSERT INTO benchmark.effects (key) VALUES (%s)", (key,))
    following.enqueue(pass_on, key)


if __name__ == "__main__":
    logging.disable()
    from tests.benchmarks.peers import rq_jobs

    work = Queue("work", connection=redis)
    for number in range(int(sys.argv[1])):
        work.enqueue(rq_jobs.leave_row, f"rq-{number}")
    worker = SimpleWorker([work], connection=redis)
    began = time.perf_counter()
    worker.work(burst=True, logging_level="CRITICAL")
    print(time.perf_counter() - began)
