"""Shards under everything that queues and processes do: twice, late, dying, cancelled, dead, begun again."""

from __future__ import annotations

from typing import Any

import pytest
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.oracle.batching import (
    balance,
    begin,
    fixtures,
    job_of,
    page,
    results,
)

from auspex.core import faults

TOKENS = 10_000
ROWS = 250
QUOTE = 1 + ROWS // 10
POINTS = [
    ("oracle-simulate.received", 2), ("oracle-shard.uncommitted", 2), ("oracle-shard.committed", 2),
    ("oracle-simulate.done", 2), ("oracle-collect.received", 1), ("oracle-collect.done", 1),
]  # fmt: skip


def answers(rows: list[Any]) -> list[Any]:
    return [(row["row"], row["result"], row["error"]) for row in rows]


@pytest.mark.parametrize(("point", "passing"), POINTS, ids=[point for point, _ in POINTS])
def test_a_worker_that_dies_leaves_one_result_a_row_and_one_charge(
    make_harness: HarnessMaker, point: str, passing: int
) -> None:
    harness = make_harness(copies=2, seed=3)
    key = harness.create_key("oracle", tokens=TOKENS)
    job_id = begin(harness, key, fixtures(ROWS))
    with harness.crash_at(point, passing=passing) as crash:
        harness.hop()
    assert crash.fired
    assert job_of(harness, key, job_id)["status"] == "succeeded"
    assert [row["row"] for row in results(harness, key, job_id)] == list(range(1, ROWS + 1))
    assert balance(harness, key) == {"available": TOKENS - QUOTE, "reserved": 0}


def test_the_answer_does_not_depend_on_order_or_repetition(make_harness: HarnessMaker) -> None:
    found = []
    for copies, seed in ((1, None), (3, 11)):
        harness = make_harness(copies=copies, seed=seed)
        key = harness.create_key("oracle", tokens=TOKENS)
        job_id = begin(harness, key, fixtures(ROWS))
        harness.hop()
        found.append((answers(results(harness, key, job_id)), page(harness, key, job_id)["totals"]))
        harness.close()
    assert found[0] == found[1]


def test_a_cancelled_job_pays_the_shards_that_are_done_and_shows_them(harness: Harness) -> None:
    key = harness.create_key("oracle", tokens=TOKENS)
    job_id = begin(harness, key, fixtures(600))
    harness._deliver_round()  # one receive: five shards at most
    assert harness.request("POST", f"/v1/jobs/{job_id}/cancel", key=key).status == 202
    harness.hop()
    job = job_of(harness, key, job_id)
    done = 100 * (job["units"]["done"])
    assert (job["status"], job["cost"]) == ("cancelled", 1 + done // 10)
    assert 0 < done < 600
    assert balance(harness, key) == {"available": TOKENS - job["cost"], "reserved": 0}
    assert len(results(harness, key, job_id)) == done
    assert page(harness, key, job_id)["totals"]["rows_answered"] == done


def test_a_shard_that_a_cancel_overtakes_writes_nothing(harness: Harness) -> None:
    key = harness.create_key("oracle", tokens=TOKENS)
    job_id = begin(harness, key, fixtures(100))
    owner = {"id": harness.rows("SELECT account_id FROM platform.jobs")[0]["account_id"], "job_id": job_id}

    def cancel() -> None:
        asked = owner | {"at": harness.clock.now()}
        harness.rows("SELECT platform.cancel_job(%(id)s, %(job_id)s, %(at)s)", asked)

    faults.arm("oracle-shard.computed", cancel)
    harness.hop()
    assert job_of(harness, key, job_id)["status"] == "cancelled"
    assert results(harness, key, job_id) == []
    assert harness.rows("SELECT 1 FROM oracle.batch_rows WHERE result IS NOT NULL") == []
    assert balance(harness, key) == {"available": TOKENS, "reserved": 0}


def test_a_dead_shard_fails_alone_and_a_redrive_does_only_what_is_missing(harness: Harness) -> None:
    key = harness.create_key("oracle", tokens=TOKENS)
    job_id = begin(harness, key, fixtures(ROWS))
    break_rows(harness, job_id, first=101, last=200)
    harness.hop()
    job = job_of(harness, key, job_id)
    assert (job["status"], job["units"]) == ("succeeded", {"total": 4, "done": 3, "failed": 1})
    assert job["cost"] == 1 + 150 // 10
    assert page(harness, key, job_id)["totals"]["rows_answered"] == 150
    mend_rows(harness, job_id)
    calls = len(harness.calls)
    assert harness.request("POST", f"/v1/jobs/{job_id}/redrive", key=key).status == 202
    harness.hop()
    job = job_of(harness, key, job_id)
    assert (job["status"], job["units"]["done"], job["cost"]) == ("succeeded", 4, QUOTE)
    assert [call.function for call in harness.calls[calls:] if call.function == "stage_simulate"] == ["stage_simulate"]
    assert len(results(harness, key, job_id)) == ROWS
    assert page(harness, key, job_id)["totals"]["rows_answered"] == ROWS
    assert balance(harness, key) == {"available": TOKENS - QUOTE, "reserved": 0}


def test_a_job_whose_every_shard_died_fails_costs_nothing_and_can_be_redriven(harness: Harness) -> None:
    key = harness.create_key("oracle", tokens=TOKENS)
    job_id = begin(harness, key, fixtures(ROWS))
    break_rows(harness, job_id, first=1, last=ROWS)
    harness.hop()
    job = job_of(harness, key, job_id)
    assert (job["status"], job["cost"], job["units"]["failed"]) == ("failed", 0, 4)
    assert balance(harness, key) == {"available": TOKENS, "reserved": 0}
    mend_rows(harness, job_id)
    assert harness.request("POST", f"/v1/jobs/{job_id}/redrive", key=key).status == 202
    harness.hop()
    job = job_of(harness, key, job_id)
    assert (job["status"], job["cost"], job["units"]["done"]) == ("succeeded", QUOTE, 4)
    assert len(results(harness, key, job_id)) == ROWS


def test_an_operators_redrive_is_nobodys_cost_and_completes_the_totals(harness: Harness) -> None:
    key, operator = harness.create_key("oracle", tokens=TOKENS), harness.create_key("admin")
    job_id = begin(harness, key, fixtures(ROWS))
    break_rows(harness, job_id, first=1, last=100)
    harness.hop()
    paid = job_of(harness, key, job_id)["cost"]
    mend_rows(harness, job_id)
    assert harness.request("POST", "/v1/ops/dead-letters/redrive", key=operator, json={"all": True}).status == 202
    harness.hop()
    assert job_of(harness, key, job_id)["cost"] == paid
    assert page(harness, key, job_id)["totals"]["rows_answered"] == ROWS


def break_rows(harness: Harness, job_id: str, *, first: int, last: int) -> None:
    """Make the shard that holds these rows fail at every attempt: its rows cannot be stored."""
    harness.rows(
        f"ALTER TABLE oracle.batch_rows ADD CONSTRAINT broken CHECK "
        f"(result IS NULL OR row_no NOT BETWEEN {first} AND {last}) NOT VALID"
    )


def mend_rows(harness: Harness, job_id: str) -> None:
    """Let the rows be stored again."""
    harness.rows("ALTER TABLE oracle.batch_rows DROP CONSTRAINT broken")
