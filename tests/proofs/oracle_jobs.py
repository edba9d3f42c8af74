"""Random histories of oracle's batches (ORACLE 11.5): repeats, deaths, cancels, dead shards, redrives; then the books.

Every history plays one job on a deployment that delivers each message up to three times in a shuffled order. At its end
no row may be lost or doubled and no token charged for what was not delivered.

    python -m tests.proofs.oracle_jobs --histories 10000
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from tests.harness.harness import Harness
from tests.integration.oracle.batching import UNANSWERABLE, begin, fixture
from tests.proofs.applications import fresh_database

from auspex.oracle import create_batch
from auspex.oracle.model import Depth
from auspex.oracle.prices import batch_tokens

ROWS_A_SHARD = 3
POINTS = (
    "oracle-simulate.received", "oracle-shard.computed", "oracle-shard.uncommitted", "oracle-shard.committed",
    "oracle-simulate.done", "oracle-collect.received", "oracle-collect.done", "dead_letter.stored",
)  # fmt: skip
DEPTHS = (Depth.HEADLINE, Depth.DISTRIBUTION)
TOKENS = 1_000_000


@dataclass(slots=True)
class Found:
    """What the histories came to."""

    histories: int = 0
    crashes: int = 0
    faults: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)


def play(harness: Harness, key: str, operator: str, seed: int, found: Found) -> None:
    """Play one job through a random history and hold its books against what was delivered."""
    chance = random.Random(seed)
    rows: list[dict[str, Any]] = [
        UNANSWERABLE if chance.random() < 0.1 else fixture(number) for number in range(chance.randint(1, 12))
    ]
    depth = chance.choice(DEPTHS)
    before = money(harness)
    with patch.object(create_batch, "SHARD_ROWS", ROWS_A_SHARD):
        job_id = begin(harness, key, rows, depth=depth)
    broken = chance.random() < 0.3
    if broken:
        first = chance.randint(1, len(rows))
        break_rows(harness, first, first + ROWS_A_SHARD)
    if chance.random() < 0.6:
        with harness.crash_at(chance.choice(POINTS), passing=chance.randint(1, 3), times=chance.randint(1, 5)) as crash:
            deliver(harness, chance, job_id, key)
        found.crashes += crash.deaths
    deliver(harness, chance, job_id, key)
    harness.hop()
    if broken:
        mend_rows(harness)
        redrive(harness, chance, job_id, key, operator)
        harness.hop()
    job, claims = judge(harness, job_id, before=before, rows=len(rows), depth=depth)
    found.faults += [f"history {seed}: not true that {claim}" for claim, holds in claims.items() if not holds]
    found.ends[job["status"]] += 1
    found.histories += 1


def deliver(harness: Harness, chance: random.Random, job_id: str, key: str) -> None:
    """Deliver some rounds; now and then the owner cancels."""
    for _ in range(chance.randint(0, 4)):
        harness._deliver_round()
        if chance.random() < 0.06:
            harness.request("POST", f"/v1/jobs/{job_id}/cancel", key=key)


def redrive(harness: Harness, chance: random.Random, job_id: str, key: str, operator: str) -> None:
    """Have the owner, an operator, or both begin again what is missing."""
    if chance.random() < 0.6:
        harness.request("POST", f"/v1/jobs/{job_id}/redrive", key=key)
    if chance.random() < 0.6:
        harness.request("POST", "/v1/ops/dead-letters/redrive", key=operator, json={"all": True})


def judge(
    harness: Harness, job_id: str, *, before: tuple[int, int], rows: int, depth: Depth
) -> tuple[dict[str, Any], dict[str, bool]]:
    """Compare rows, units, totals and ledger of an ended job; return it with what must be true of it."""
    (job,) = harness.rows("SELECT status, cost, quote FROM platform.jobs WHERE job_id = %(id)s", {"id": job_id})
    shards = harness.rows(
        "SELECT s.first, s.last, s.done_at IS NOT NULL AS done, u.state, u.items, u.price ? 'operator' AS free "
        "FROM oracle.shards AS s JOIN oracle.runs AS r USING (job_id) JOIN platform.job_units AS u "
        "ON u.job_id = s.job_id AND u.unit_key = r.run || '/' || lpad(s.shard::text, 3, '0') "
        "WHERE s.job_id = %(id)s",
        {"id": job_id},
    )
    stored = harness.rows(
        "SELECT row_no, (result IS NOT NULL)::integer + (error IS NOT NULL)::integer AS outcomes, result IS NOT NULL "
        "AS answered FROM oracle.batch_rows WHERE job_id = %(id)s",
        {"id": job_id},
    )
    done = {n for shard in shards if shard["done"] for n in range(shard["first"], shard["last"] + 1)}
    paid = sum(shard["items"] for shard in shards if shard["state"] == "succeeded" and not shard["free"])
    answered = sum(row["answered"] for row in stored)
    claims = {
        "the job has ended": job["status"] not in {"queued", "running"},
        "every row of a finished shard has one outcome, no other has any": all(
            row["outcomes"] == (row["row_no"] in done) for row in stored
        ),
        "no row is lost": len(stored) == rows,
        "a shard is done when its unit succeeded": all(s["done"] == (s["state"] == "succeeded") for s in shards),
        "the cost is what the meter says": job["cost"] == batch_tokens(depth, rows=paid) <= job["quote"],
        "what was delivered is what was answered": answered == sum(s["items"] for s in shards if s["done"]),
        "the account paid the cost and nothing is set aside": money(harness) == (before[0] - job["cost"], before[1]),
        "a job that ran to its end has every row": job["status"] != "succeeded"
        or len(done) == rows
        or any(s["state"] == "failed" for s in shards),
    }
    return job, claims


def money(harness: Harness) -> tuple[int, int]:
    """Return what all accounts have, and what is set aside."""
    (row,) = harness.rows("SELECT sum(available)::bigint AS a, sum(reserved)::bigint AS r FROM platform.balances")
    return int(row["a"]), int(row["r"])


def break_rows(harness: Harness, first: int, last: int) -> None:
    """Make shards that hold these rows fail at every attempt: their results cannot be stored."""
    harness.rows(
        f"ALTER TABLE oracle.batch_rows ADD CONSTRAINT broken CHECK ((result IS NULL AND error IS NULL) "
        f"OR row_no NOT BETWEEN {first} AND {last}) NOT VALID"
    )


def mend_rows(harness: Harness) -> None:
    """Let every result be stored again."""
    harness.rows("ALTER TABLE oracle.batch_rows DROP CONSTRAINT broken")


def prove(harness: Harness, histories: int, *, first_seed: int = 0) -> Found:
    """Play histories one after the other on one deployment."""
    found = Found()
    key, operator = harness.create_key("oracle", tokens=TOKENS), harness.create_key("admin", tokens=0)
    for seed in range(first_seed, first_seed + histories):
        play(harness, key, operator, seed, found)
    return found


def main() -> int:
    """Play histories on a server of our own; the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.oracle_jobs", description=__doc__)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    started = time.monotonic()
    with fresh_database() as database, Harness(database, copies=2, seed=arguments.seed) as harness:
        found = prove(harness, arguments.histories, first_seed=arguments.seed)
    print(json.dumps(summary(found) | {"seconds": round(time.monotonic() - started)}))
    return 1 if found.faults else 0


def summary(found: Found) -> dict[str, Any]:
    """Return what is printed."""
    return {
        "histories": found.histories, "deaths": found.crashes, "ends": dict(found.ends), "faults": found.faults[:20],
    }  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
