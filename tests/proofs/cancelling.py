"""`make prove-cancel`: after the 202 of a cancellation no outside effect begins, wherever the work is at that moment.

The shipped filings application reads from a replay of its source on loopback. A job is cancelled from another session
at a fault point's n-th passing or while the source is being asked; then everything is delivered that is left. A step
whose check was passed before the cancellation has begun and may end; what is counted are steps that begin afterwards,
and requests that belong to no begun step.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infra.local.replay.server import ReplayServer
from psycopg.errors import LockNotAvailable
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of, replaying
from tests.integration.filings.ingesting import DIRECTORS, QUARTERLY, RELEASE, ingest
from tests.proofs.applications import fresh_database

from auspex.core import faults
from auspex.platform import consumer
from auspex.platform.accounts import Authenticated
from auspex.platform.job_control import cancel_job

INTERLEAVINGS = 1_000
PLANTED_INTERLEAVINGS = 20
PASSINGS_PER_FILING = 9
"""A filing passes more fault points than this before its ingestion is done."""
POINTS = (
    "filings-ingestion.received", "ingestion.list.before", "ingestion.list.after", "ingestion.detect.before",
    "ingestion.detect.uncommitted", "ingestion.detect.after", "ingestion.documents.before", "ingestion.documents.after",
    "ingestion.normalize.before", "ingestion.normalize.after", "filings-ingestion.unwanted", "filings-ingestion.done",
)  # fmt: skip
FORGET = """
SET session_replication_role = replica;
TRUNCATE filings.filings, filings.checkpoints, filings.leases, platform.delivery_marks CASCADE;
SET session_replication_role = origin;
"""


@dataclass(slots=True)
class Watch:
    """What one interleaving did after its cancellation."""

    cancel_at: int | str
    """The n-th passing of any fault point, or `source` for the moment the source is asked."""
    cancel: Any
    begun: str | None = None
    """The step whose check was passed and which has not ended."""
    begun_at_cancel: str | None = None
    cancelled: bool = False
    is_over: bool = False
    passed: int = 0
    asked: int = 0
    late_steps: list[str] = field(default_factory=list)
    late_requests: list[str] = field(default_factory=list)
    finished_steps: int = 0

    def pass_point(self, name: str) -> None:
        """See a fault point pass."""
        self.passed += 1
        if name.endswith(".before"):
            self.begun = name.removesuffix(".before")
            if self.cancelled:
                self.late_steps.append(name)
        elif name.endswith((".after", ".received", ".done", ".unwanted")):
            self.begun = None
            if self.cancelled:
                self.finished_steps += self.begun_at_cancel is not None
                self.begun_at_cancel = None
        if self.cancel_at != "source" and self.passed >= int(self.cancel_at):
            self._cancel_now()

    def hear_request(self, path: str) -> None:
        """See the source being asked."""
        self.asked += 1
        if self.cancelled and self.begun_at_cancel is None:
            self.late_requests.append(path)
        if self.cancel_at == "source":
            self._cancel_now()

    def _cancel_now(self) -> None:
        if not self.cancelled and self.cancel():
            self.cancelled = True
            self.begun_at_cancel = self.begun


def play(harness: Harness, replay: ReplayServer, key: str, rng: random.Random) -> Watch:
    """Cancel one job at a moment that the generator chooses, and deliver what is left."""
    filings = rng.sample((RELEASE, QUARTERLY, DIRECTORS), rng.randint(1, 2))
    job_id = ingest(harness, key, *filings)
    moment: int | str = "source" if rng.random() < 0.2 else rng.randint(1, PASSINGS_PER_FILING * len(filings))
    watch = Watch(moment, lambda: _cancel(harness, job_id))
    with _watching(watch, replay):
        harness.drain()
    if not watch.cancelled:
        raise AssertionError(f"the job ended before passing {moment}, after {watch.passed} points")
    with harness.database.connect(None) as connection:
        for statement in FORGET.strip().split(";\n"):
            connection.execute(statement.encode())
    return watch


def _cancel(harness: Harness, job_id: str) -> bool:
    """Cancel as the endpoint does, in a session of its own; False while the stage itself holds the job."""
    (job,) = harness.rows("SELECT account_id FROM platform.jobs WHERE job_id = %(id)s", {"id": job_id})
    owner = Authenticated(job["account_id"], "key", frozenset({"filings"}), "premium")
    with harness.database.connect("auspex_platform") as connection:
        connection.execute("SET lock_timeout = '200ms'")
        try:
            with connection.transaction():
                cancel_job(connection, caller=owner, job_id=job_id, at=harness.clock.now())
        except LockNotAvailable:
            return False
    return True


@contextmanager
def _watching(watch: Watch, replay: ReplayServer) -> Iterator[None]:
    """Show every passing of a fault point and every request at the source to the watch."""
    heard = replay.log.arrived

    def hear(target: str) -> None:
        watch.hear_request(target)
        heard(target)

    replay.log.arrived = hear  # type: ignore[method-assign] # the replay is the outside, and this its doorbell
    for point in POINTS:
        faults.arm(point, lambda point=point: watch.pass_point(point))  # type: ignore[misc] # a default binds the loop's value
    try:
        yield
    finally:
        faults.disarm()
        replay.log.arrived = heard  # type: ignore[method-assign] # the proof listens, or puts back what it planted


@contextmanager
def planted_no_check() -> Iterator[None]:
    """Planted: stages go on without asking whether anybody still wants their work."""
    shipped = consumer.Delivery.ensure_wanted
    consumer.Delivery.ensure_wanted = lambda _: None  # type: ignore[method-assign,assignment] # the planted bug
    try:
        yield
    finally:
        consumer.Delivery.ensure_wanted = shipped  # type: ignore[method-assign] # the proof listens, or puts back what it planted


def cancel_often(harness: Harness, replay: ReplayServer, *, interleavings: int, seed: int) -> dict[str, Any]:
    """Play so many interleavings and count what began after its cancellation."""
    harness.fire("schedule_refresh_companies")
    key = harness.create_key("filings")
    counts: Counter[str] = Counter()
    moments: Counter[str] = Counter()
    for number in range(interleavings):
        watch = play(harness, replay, key, random.Random(seed + number))
        moments[str(watch.cancel_at)] += 1
        counts["steps_begun_after_cancel"] += len(watch.late_steps)
        counts["effects_after_cancel"] += len(watch.late_requests)
        counts["requests"] += watch.asked
        counts["begun_steps_that_ended"] += watch.finished_steps
    return {
        "interleavings": interleavings,
        **{name: counts[name] for name in ("steps_begun_after_cancel", "effects_after_cancel", "requests")},
        "begun_steps_that_ended": counts["begun_steps_that_ended"], "moments": dict(sorted(moments.items())),
    }  # fmt: skip


def main() -> int:
    """Run the proof, and a planted bug; the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.cancelling", description=__doc__)
    parser.add_argument("--interleavings", type=int, default=INTERLEAVINGS)
    options = parser.parse_args()
    began = time.monotonic()
    with (
        replaying() as replay, fresh_database() as database,
        Harness(database, parameters=parameters_of(replay)) as harness,
    ):  # fmt: skip
        found = cancel_often(harness, replay, interleavings=options.interleavings, seed=1)
        with planted_no_check():
            planted = cancel_often(harness, replay, interleavings=PLANTED_INTERLEAVINGS, seed=1)
    caught = planted["steps_begun_after_cancel"] > 0 and planted["effects_after_cancel"] > 0
    print(json.dumps(found | {
        "planted_bugs": 1, "planted_bugs_caught": int(caught), "seconds": round(time.monotonic() - began, 1),
    }))  # fmt: skip
    return int(not caught or found["steps_begun_after_cancel"] > 0 or found["effects_after_cancel"] > 0)


if __name__ == "__main__":
    sys.exit(main())
