"""One random history of one of oracle's jobs, and what happened in it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from psycopg.errors import LockNotAvailable
from tests.harness.harness import Harness
from tests.integration.oracle.batching import UNANSWERABLE, begin, fixture
from tests.proofs.applications import money
from tests.proofs.oracle_jobs.books import Asked, judge, lost_shards

from auspex.core import faults
from auspex.core.limits import JOB_HOURS_MAX
from auspex.oracle import create_batch, create_projection
from auspex.oracle.model import Depth
from auspex.oracle.prices import projection_tokens

ROWS_A_SHARD = 3
SEASONS_A_SHARD = 300
POINTS = (
    "oracle-simulate.received", "oracle-shard.computed", "oracle-shard.uncommitted", "oracle-shard.committed",
    "oracle-simulate.done", "oracle-collect.received", "oracle-collect.done", "dead_letter.stored",
)  # fmt: skip
MOMENTS = ("oracle-simulate.received", "oracle-shard.computed", "oracle-shard.committed", "oracle-collect.received")
"""Where a job is cancelled while a stage is at work on it."""
OUTCOMES = ("repeat", "unwanted")
KINDS = (
    *(f"death at {point}" for point in POINTS), *(f"cancelled at {point}" for point in MOMENTS),
    "cancelled between messages", "cancelled too late", "shard lost", "redriven by owner", "redriven by operator",
    "redriven by both", "row failed", "nothing answered", "batch", "projection",
    *(f"message {outcome}" for outcome in OUTCOMES), *(f"ended {end}" for end in ("succeeded", "cancelled", "failed",
                                                                                  "expired")),
)  # fmt: skip
"""What must have happened at least once."""
LEAGUE: dict[str, Any] = {
    "teams": [{"name": "Alpha", "attack": 0.3}, {"name": "Beta"}, {"name": "Gamma", "defence": -0.2}], "results": [],
    "fixtures": [{"home": home, "away": away} for home in ("Alpha", "Beta", "Gamma") for away in ("Beta", "Gamma")
                 if home != away],
    "tie_break": ["points"], "n": 1_000,
}  # fmt: skip


@dataclass(slots=True)
class Found:
    """What the histories came to."""

    histories: int = 0
    faults: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


def play(harness: Harness, key: str, operator: str, seed: int, found: Found) -> None:
    """Play one job through a random history and hold its books against what was delivered."""
    chance = random.Random(seed)
    before = money(harness)
    asked = _ask(harness, key, chance)
    found.kinds[asked.kind] += 1
    is_broken = chance.random() < 0.3
    if is_broken:
        _break_shard(harness, asked.job_id, chance.randrange(asked.shards))
    with ExitStack() as trouble:
        kind = chance.random()
        if kind < 0.55:
            point = chance.choice(POINTS)
            crash = trouble.enter_context(
                harness.crash_at(point, passing=chance.randint(1, 3), times=chance.randint(1, 6))
            )
            trouble.callback(lambda: found.kinds.update({f"death at {point}": crash.deaths}))
        elif kind < 0.75:
            point = chance.choice(MOMENTS)
            cancelled = trouble.enter_context(
                _cancelled_at(harness, asked, point, passing=chance.randint(1, 1 if "collect" in point else 4))
            )
            trouble.callback(lambda: found.kinds.update({f"cancelled at {point}": cancelled() == "running"}))
        _deliver(harness, chance, asked.job_id, key, found)
        if chance.random() < 0.04:
            harness.pass_time(timedelta(hours=JOB_HOURS_MAX).total_seconds())
            harness.fire("schedule_sweep")
        if chance.random() < 0.5:
            harness.hop()
    harness.hop()
    found.kinds["shard lost"] += lost_shards(harness, asked.job_id)
    if is_broken:
        _mend_shards(harness)
        by = _redrive(harness, chance, asked.job_id, key=key, operator=operator)
        found.kinds.update(f"redriven by {who}" for who in (["both"] if len(by) > 1 else by))
        harness.hop()
    _cancel(harness, asked.job_id, key, found)
    said = judge(harness, key, asked, before=before)
    found.faults += [f"history {seed}: not true that {claim}" for claim, holds in said.claims.items() if not holds]
    found.kinds.update(said.kinds)
    found.histories += 1


def note_outcomes(harness: Harness, found: Found) -> None:
    """Add what the stages said of messages that came twice, or for nobody."""
    for outcome in OUTCOMES:
        said = sum(
            harness.metric("Messages", service="auspex", stage=f"oracle-{stage}", outcome=outcome)
            for stage in ("simulate", "collect")
        )
        found.kinds[f"message {outcome}"] += int(said)


def _ask(harness: Harness, key: str, chance: random.Random) -> Asked:
    """Begin a batch, or now and then a projection, of a few shards."""
    if chance.random() < 0.2:
        with patch.object(create_projection, "SHARD_SEASONS", SEASONS_A_SHARD):
            reply = harness.request("POST", "/v1/oracle/projections", key=key, json=LEAGUE | {"seed": 1})
        assert reply.status == 202, reply.body
        shards = -(-LEAGUE["n"] // SEASONS_A_SHARD)
        return Asked("projection", reply.data["job_id"], shards, price=projection_tokens(LEAGUE["n"]))
    share_unanswerable = chance.choice((0.0, 0.1, 0.1, 1.0) if chance.random() < 0.3 else (0.1,))
    rows: list[dict[str, Any]] = [
        UNANSWERABLE if chance.random() < share_unanswerable else fixture(number)
        for number in range(chance.randint(1, 12))
    ]
    depth = chance.choice((Depth.HEADLINE, Depth.DISTRIBUTION))
    with patch.object(create_batch, "SHARD_ROWS", ROWS_A_SHARD):
        job_id = begin(harness, key, rows, depth=depth)
    return Asked("batch", job_id, -(-len(rows) // ROWS_A_SHARD), rows=len(rows), depth=depth)


def _deliver(harness: Harness, chance: random.Random, job_id: str, key: str, found: Found) -> None:
    """Deliver some rounds; now and then the owner cancels between them."""
    for _ in range(chance.randint(0, 6)):
        harness._deliver_round()
        if chance.random() < 0.04:
            _cancel(harness, job_id, key, found)


def _cancel(harness: Harness, job_id: str, key: str, found: Found) -> None:
    (job,) = harness.rows("SELECT status FROM platform.jobs WHERE job_id = %(id)s", {"id": job_id})
    harness.request("POST", f"/v1/jobs/{job_id}/cancel", key=key)
    is_alive = job["status"] in {"queued", "running"}
    found.kinds["cancelled between messages" if is_alive else "cancelled too late"] += 1


@contextmanager
def _cancelled_at(harness: Harness, asked: Asked, point: str, *, passing: int) -> Iterator[Callable[[], str | None]]:
    """Cancel, in a session of its own, when a stage comes to a point for the n-th time; tells what was cancelled."""
    was: list[str] = []
    passed = 0

    def ring() -> None:
        nonlocal passed
        passed += 1
        if passed != passing:
            return
        with harness.database.connect("auspex_platform") as connection:
            connection.execute("SET lock_timeout = '200ms'")
            try:
                row = connection.execute(
                    "SELECT platform.cancel_job(j.account_id, j.job_id, %(at)s) AS was FROM platform.jobs AS j "
                    "WHERE j.job_id = %(id)s", {"id": asked.job_id, "at": harness.clock.now()},
                ).fetchone()  # fmt: skip
            except LockNotAvailable:
                return
            was.append("" if row is None else str(row["was"]))

    faults.arm(point, ring)
    try:
        yield lambda: was[0] if was else None
    finally:
        faults.disarm()


def _break_shard(harness: Harness, job_id: str, shard: int) -> None:
    """Make a shard fail at every attempt: it cannot be marked as done."""
    harness.rows(
        f"ALTER TABLE oracle.shards ADD CONSTRAINT broken CHECK (done_at IS NULL OR job_id <> '{job_id}' "
        f"OR shard <> {shard}) NOT VALID"
    )


def _mend_shards(harness: Harness) -> None:
    harness.rows("ALTER TABLE oracle.shards DROP CONSTRAINT broken")


def _redrive(harness: Harness, chance: random.Random, job_id: str, *, key: str, operator: str) -> list[str]:
    """Have the owner, an operator, or both begin again what is missing; returns who did."""
    by: list[str] = []
    if chance.random() < 0.6 and harness.request("POST", f"/v1/jobs/{job_id}/redrive", key=key).status == 202:
        by.append("owner")
    if chance.random() < 0.6:
        reply = harness.request("POST", "/v1/ops/dead-letters/redrive", key=operator, json={"all": True})
        by += ["operator"] if any(letter["outcome"] == "sent" for letter in reply.data["letters"]) else []
    return by
