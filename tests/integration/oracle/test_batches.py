"""Batches over HTTP: what is accepted, what is refused, what a row's answer is, what it all costs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from tests.conftest import Server, cloned
from tests.harness.harness import Harness
from tests.integration.oracle.batching import (
    UNANSWERABLE,
    balance,
    begin,
    fixture,
    fixtures,
    job_of,
    page,
    post_batch,
    post_csv,
    results,
)

from auspex.core.limits import BATCH_BYTES_MAX

TOKENS = 10_000
CSV = "home,away,home_rating,away_rating,home_goals,away_goals\nAlpha,Beta,1600,1500,2,1\nGamma,Delta,1400,1500,0,0\n"


@pytest.fixture(scope="module")
def harness(postgres_server: Server) -> Iterator[Harness]:
    """One deployment for all tests here; each has an account of its own."""
    with cloned(postgres_server) as database, Harness(database) as harness:
        yield harness


def runs(harness: Harness) -> int:
    """Count what was accepted so far."""
    return int(harness.rows("SELECT count(*) AS n FROM oracle.runs")[0]["n"])


@pytest.fixture
def key(harness: Harness) -> str:
    """An account of oracle's with tokens."""
    return harness.create_key("oracle", tokens=TOKENS)


def test_a_batch_is_a_job_of_a_unit_per_hundred_rows_and_one_that_collects(harness: Harness, key: str) -> None:
    reply = post_batch(harness, key, fixtures(201))
    assert reply.status == 202
    assert (reply.data["rows_accepted"], reply.data["rows_rejected"]) == (201, [])
    job = reply.data["job"]
    assert (job["kind"], job["status"], job["units"]["total"], job["quote"]) == ("oracle.batch", "queued", 4, 21)
    assert balance(harness, key) == {"available": TOKENS - 21, "reserved": 21}
    harness.hop()
    job = job_of(harness, key, job["job_id"])
    assert (job["status"], job["progress"], job["units"]["done"], job["cost"]) == ("succeeded", 100, 4, 21)
    assert balance(harness, key) == {"available": TOKENS - 21, "reserved": 0}
    assert job["links"]["result"] == f"/v1/oracle/results/{job['job_id']}"
    assert harness.request("GET", job["links"]["result"], key=key).status == 200
    rows = results(harness, key, job["job_id"])
    assert [row["row"] for row in rows] == list(range(1, 202))
    assert [row["client_reference"] for row in rows] == [f"row {number}" for number in range(201)]
    assert all(abs(sum(row["result"]["probabilities"].values()) - 1) < 1e-8 for row in rows)


def test_rows_that_cannot_be_accepted_are_named_and_the_others_are_answered(harness: Harness, key: str) -> None:
    rows = [fixture(1), fixture(2, home={"name": "x"}), fixture(3, odds={"home": 1.0, "away": 2}), fixture(4)]
    reply = post_batch(harness, key, rows)
    assert reply.status == 202
    assert reply.data["rows_accepted"] == 2
    rejected = [(row["row"], row["code"], row["pointer"]) for row in reply.data["rows_rejected"]]
    assert rejected == [
        (2, "value-invalid", "/fixtures/1/home/name"), (3, "value-invalid", "/fixtures/2/odds/home"),
    ]  # fmt: skip
    harness.hop()
    shown = page(harness, key, reply.data["job"]["job_id"])
    assert [row["row"] for row in shown["rows"]] == [1, 4]
    assert shown["rows_rejected"] == reply.data["rows_rejected"]


def test_a_row_that_cannot_be_answered_has_its_error_and_is_not_paid(harness: Harness, key: str) -> None:
    job_id = begin(harness, key, [*fixtures(19), UNANSWERABLE], depth="full_distribution")
    assert job_of(harness, key, job_id)["quote"] == 1 + 20 * 2 // 10
    harness.hop()
    job = job_of(harness, key, job_id)
    assert (job["status"], job["cost"]) == ("succeeded", 1 + 19 * 2 // 10)
    assert balance(harness, key) == {"available": TOKENS - 4, "reserved": 0}
    *answered, failed = results(harness, key, job_id)
    assert all(row["error"] is None for row in answered)
    assert failed["result"] is None
    assert failed["error"]["code"]
    totals = page(harness, key, job_id)["totals"]
    assert (totals["rows_answered"], totals["rows_failed"]) == (19, 1)


def test_a_batch_that_answers_nothing_costs_nothing(harness: Harness, key: str) -> None:
    job_id = begin(harness, key, [UNANSWERABLE] * 3)
    harness.hop()
    job = job_of(harness, key, job_id)
    assert (job["status"], job["cost"]) == ("succeeded", 0)
    assert balance(harness, key) == {"available": TOKENS, "reserved": 0}


def test_csv_is_answered_scored_and_given_back_as_csv(harness: Harness, key: str) -> None:
    reply = post_csv(harness, key, CSV, "?model=elo&depth=headline_pick")
    assert reply.status == 202, reply.body
    job_id = reply.data["job"]["job_id"]
    harness.hop()
    shown = page(harness, key, job_id)
    assert shown["totals"]["rows_scored"] == 2
    mean = sum(row["scores"]["forecast"]["rps"] for row in shown["rows"]) / 2
    assert shown["totals"]["forecast"]["rps"] == pytest.approx(mean, abs=1e-9)
    text = harness.request("GET", f"/v1/oracle/results/{job_id}?format=csv", key=key)
    assert (text.status, text.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    lines = list(csv.DictReader(io.StringIO(text.body.decode())))
    assert [(line["row"], line["home"], line["home_goals"]) for line in lines] == [
        ("1", "Alpha", "2"),
        ("2", "Gamma", "0"),
    ]
    assert [float(line["rps"]) for line in lines] == [row["scores"]["forecast"]["rps"] for row in shown["rows"]]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ("x,y\n1,2\n", 422, "batch-unreadable"),
        ("home,away\nA,B\n", 422, "validation-failed"),
        ("home,away\n", 422, "validation-failed"),
        ("home,away\n" + "Alpha,Beta\n" * 5_001, 413, "body-too-large"),
        ("home,away\n" + "x" * BATCH_BYTES_MAX, 413, "body-too-large"),
    ],
    ids=["header", "all bad", "no rows", "rows", "bytes"],
)
def test_a_csv_that_nobody_can_use_is_refused_whole(
    harness: Harness, key: str, content: str, status: int, code: str
) -> None:
    before = runs(harness)
    reply = post_csv(harness, key, content, "?model=elo")
    assert (reply.status, reply.json()["code"]) == (status, code)
    assert runs(harness) == before
    assert balance(harness, key) == {"available": TOKENS, "reserved": 0}


def test_the_free_plan_allows_fifty_rows_and_only_what_it_can_pay(harness: Harness) -> None:
    key = harness.create_key("oracle", plan="free", tokens=100)
    refused = post_batch(harness, key, fixtures(51))
    assert (refused.status, refused.json()["code"]) == (422, "batch-above-plan")
    assert post_batch(harness, key, fixtures(50)).status == 202
    again = post_batch(harness, key, fixtures(1))
    assert (again.status, again.json()["code"]) == (429, "cooldown")


def test_a_short_balance_is_refused_and_leaves_nothing(harness: Harness) -> None:
    key, before = harness.create_key("oracle", tokens=20), runs(harness)
    reply = post_batch(harness, key, fixtures(200))
    assert (reply.status, reply.json()["code"], reply.json()["required"]) == (402, "balance-too-small", 21)
    assert runs(harness) == before


def test_a_quote_says_what_the_batch_costs_at_most_and_stores_nothing(harness: Harness, key: str) -> None:
    before = runs(harness)
    reply = harness.request(
        "POST",
        "/v1/oracle/batches?dry_run=true",
        key=key,
        json={"fixtures": fixtures(40), "depth": "scenario_extremes"},
    )
    assert (reply.status, reply.data["token_cost"]) == (200, 1 + 40 * 3 // 10)
    quoted = post_csv(harness, key, CSV, "?model=elo&depth=deep_dive_educational&dry_run=true")
    assert quoted.data["token_cost"] == 1 + 2 * 5 // 10
    assert runs(harness) == before


def test_a_repeat_with_the_key_is_the_same_job_with_the_same_rejections(harness: Harness, key: str) -> None:
    rows, before = [fixture(1), "no row"], runs(harness)
    first = post_batch(harness, key, rows, idempotency_key="one")
    second = post_batch(harness, key, rows, idempotency_key="one")
    assert second.body == first.body
    other = post_batch(harness, key, [fixture(2), "no row"], idempotency_key="one")
    assert (other.status, other.json()["code"]) == (422, "idempotency-key-reused")
    assert runs(harness) == before + 1


def test_results_belong_to_an_ended_job_of_the_account(harness: Harness, key: str) -> None:
    job_id = begin(harness, key, fixtures(2))
    early = harness.request("GET", f"/v1/oracle/results/{job_id}", key=key)
    assert (early.status, early.json()["code"]) == (409, "job-not-finished")
    harness.hop()
    stranger = harness.create_key("oracle")
    assert harness.request("GET", f"/v1/oracle/results/{job_id}", key=stranger).status == 404
    wrong = harness.request("GET", f"/v1/oracle/results/{job_id}?cursor=abc", key=key)
    assert wrong.status == 400
