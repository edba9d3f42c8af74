"""Backfills: many companies as one job that fans out, priced beforehand, refunded for what was there or never begun."""

from __future__ import annotations

from typing import Any

import pytest
from infra.local.replay.faults import Fault
from infra.local.replay.server import ReplayServer
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import CIK, DIRECTORS, RELEASE, read_job

MERIDIAN = 9999999002
MERIDIAN_RELEASE = "9999999002-23-000044"
LEGACY = "9999999001-98-000002"
GONE = 9999999404
ROUTE = "/v1/filings/backfills"
TOKENS = 100


@pytest.fixture
def key(filings: Harness) -> str:
    """An account with tokens; the directory of companies is there before anybody asks."""
    filings.fire("schedule_refresh_companies")
    return filings.create_key("filings", tokens=TOKENS)


def post(harness: Harness, key: str, *tickers: str, query: str = "", **fields: Any) -> Response:
    return harness.request("POST", ROUTE + query, key=key, json={"tickers": list(tickers)} | fields)


def begin(harness: Harness, key: str, *tickers: str, **fields: Any) -> str:
    reply = post(harness, key, *tickers, **fields)
    assert reply.status == 202, reply.body
    return str(reply.data["job_id"])


def list_only(harness: Harness, rounds: int = 1) -> None:
    """Deliver so many messages of the backfill's queue; what they send stays where it is."""
    mapping = next(m for m in harness.application.mappings if m.queue_arn.endswith(":auspex-filings-backfill"))
    queue = harness._queue_of(mapping)
    for _ in range(rounds):
        batch = harness.queues.receive(queue.name, 1)
        assert batch
        harness._deliver(mapping, queue, batch)


def units(job: Any) -> dict[str, str]:
    return {item["key"]: item["state"] for item in job["items"]}


def balance(harness: Harness, key: str) -> dict[str, int]:
    found = harness.request("GET", "/v1/balance", key=key).data
    return {"available": found["available"], "reserved": found["reserved"]}


def store_indexed(harness: Harness, *accessions: str) -> None:
    """Have filings of the sample company stored and indexed, without what is in them."""
    for accession in accessions:
        harness.rows(
            "INSERT INTO filings.filings (accession, cik, form, base_form, is_amendment, filing_date, detected_at, "
            "status, source) VALUES (%(accession)s, %(cik)s, '8-K', '8-K', false, '2024-10-29', '2024-10-29Z', "
            "'indexed', 'scan')",
            {"accession": accession, "cik": CIK},
        )


def test_a_backfill_costs_what_it_delivered_never_above_its_quote_and_tells_of_its_end(
    filings: Harness, key: str
) -> None:
    wanted: dict[str, Any] = {"forms": ["8-K"], "per_ticker_limit": 1, "notify": True}
    quote = post(filings, key, "FLRK", "FMRD", query="?dry_run=true", **wanted | {"per_ticker_limit": 2})
    assert (quote.status, quote.data["token_cost"]) == (200, 4)
    store_indexed(filings, RELEASE)
    job_id = begin(filings, key, "FLRK", "FMRD", **wanted)
    assert balance(filings, key) == {"available": TOKENS - 2, "reserved": 2}
    seen = [0]
    while filings._deliver_round():
        seen.append(read_job(filings, key, job_id)["progress"])
    assert seen == sorted(seen)
    job = read_job(filings, key, job_id)
    assert (job["kind"], job["status"], job["progress"]) == ("filings.backfill", "succeeded", 100)
    assert units(job) == {MERIDIAN_RELEASE: "succeeded"}
    assert (job["quote"], job["cost"]) == (2, 1)
    assert balance(filings, key) == {"available": TOKENS - 1, "reserved": 0}
    (told,) = filings.request("GET", "/v1/notifications?kind=backfill.finished", key=key).data
    assert told["body"] == "1 of 1 filings are there, 0 failed. 1 of 2 tokens were used."
    assert (told["data"]["job_id"], told["data"]["cost"]) == (job_id, 1)
    assert [row["job_id"] for row in filings.request("GET", ROUTE, key=key).data] == [job_id]
    assert filings.request("GET", "/v1/filings/ingestions", key=key).data == []


def test_what_is_indexed_already_is_left_out_or_listed_and_costs_nothing(filings: Harness, key: str) -> None:
    store_indexed(filings, RELEASE, DIRECTORS)
    without = begin(filings, key, "FLRK", forms=["8-K"])
    with_stored = begin(filings, key, "FLRK", forms=["8-K"], include_existing=True)
    list_only(filings, 2)
    job = read_job(filings, key, without)
    assert (job["status"], job["cost"], [item["result"] for item in job["items"]]) == (
        "succeeded", 0, [{"detected": []}],
    )  # fmt: skip
    job = read_job(filings, key, with_stored)
    assert {item["key"]: item["result"]["already_stored"] for item in job["items"]} == {RELEASE: True, DIRECTORS: True}
    assert (job["status"], job["cost"]) == ("succeeded", 0)
    assert balance(filings, key) == {"available": TOKENS, "reserved": 0}


def test_older_pages_of_a_company_are_read_as_far_as_they_are_asked_for(
    filings: Harness, key: str, replay: ReplayServer
) -> None:
    key = filings.create_key("filings", name="rich")
    job_id = begin(filings, key, "FLRK", forms=["10-K"], per_ticker_limit=100)
    list_only(filings)
    assert LEGACY in units(read_job(filings, key, job_id))
    replay.log.clear()
    job_id = begin(filings, key, "FLRK", forms=["10-K"], per_ticker_limit=100, since="2025-01-01")
    until = begin(filings, key, "FLRK", per_ticker_limit=100, since="2024-10-30", until="2024-10-31")
    enough = begin(filings, key, "FLRK", forms=["10-K"], per_ticker_limit=1)
    list_only(filings, 3)
    assert set(units(read_job(filings, key, job_id))) == {"9999999001-25-000003"}
    assert set(units(read_job(filings, key, until))) == {"9999999001-24-000019"}
    assert set(units(read_job(filings, key, enough))) == {"9999999001-25-000003"}
    assert [path for path in replay.log.summary()["by_path"] if "submissions-001" in path] == []


def test_a_company_that_edgar_does_not_know_fails_alone(filings: Harness, key: str) -> None:
    filings.rows(f"INSERT INTO filings.companies (cik, name, tickers) VALUES ({GONE}, 'Gone Inc.', '{{GONE}}')")
    job_id = begin(filings, key, "FMRD", "GONE")
    list_only(filings)
    job = read_job(filings, key, job_id)
    assert units(job) == {MERIDIAN_RELEASE: "queued", f"companies:{GONE}": "failed"}
    assert [item["problem"]["code"] for item in job["items"] if item["problem"]] == ["not-found-at-source"]
    assert filings.rows("SELECT * FROM platform.dead_letters") == []
    alone = begin(filings, key, "GONE")
    list_only(filings)
    assert read_job(filings, key, alone)["problem"]["code"] == "not-found-at-source"


def test_a_source_that_pauses_leaves_the_rest_for_later_and_what_was_listed_goes_on(
    filings: Harness, key: str, replay: ReplayServer
) -> None:
    replay.faults.arm(Fault(f"/data/submissions/CIK{MERIDIAN}", "429", retry_after=300))
    job_id = begin(filings, key, "FLRK", "FMRD", forms=["8-K"], per_ticker_limit=1)
    list_only(filings)
    job = read_job(filings, key, job_id)
    assert units(job) == {RELEASE: "queued", f"companies:{MERIDIAN}": "running"}
    assert (job["status"], job["waiting_on"]) == ("running", "edgar")
    assert filings.rows("SELECT * FROM platform.delivery_failures") == []
    filings.hop()
    assert units(read_job(filings, key, job_id)) == {RELEASE: "succeeded", MERIDIAN_RELEASE: "succeeded"}


def test_a_company_whose_listing_breaks_is_tried_on_its_own(filings: Harness, key: str, replay: ReplayServer) -> None:
    replay.faults.arm(Fault(f"/data/submissions/CIK{CIK}", "html"))
    job_id = begin(filings, key, "FLRK", "FMRD", forms=["8-K"], per_ticker_limit=1)
    list_only(filings)
    assert set(units(read_job(filings, key, job_id))) == {f"companies:{CIK}", MERIDIAN_RELEASE}


def test_a_cancelled_backfill_lists_nothing_further_and_gives_everything_back(
    filings: Harness, key: str, replay: ReplayServer
) -> None:
    requests = replay.log.summary()["total"]
    job_id = begin(filings, key, "FLRK", "FMRD")
    assert filings.request("POST", f"/v1/jobs/{job_id}/cancel", key=key).status == 202
    filings.hop()
    assert read_job(filings, key, job_id)["status"] == "cancelled"
    assert filings.rows("SELECT * FROM filings.filings") == []
    assert replay.log.summary()["total"] == requests
    assert balance(filings, key) == {"available": TOKENS, "reserved": 0}


def test_a_message_names_five_companies_at_most_and_one_company_is_listed_once(filings: Harness, key: str) -> None:
    filings.rows(
        "INSERT INTO filings.companies (cik, name, tickers) "
        "SELECT n, 'Company ' || n, ARRAY['T' || n, 'U' || n] FROM generate_series(1, 7) AS n"
    )
    job_id = begin(filings, key, *(f"T{n}" for n in range(7, 0, -1)), "U3")
    job = read_job(filings, key, job_id)
    assert set(units(job)) == {"companies:1-2-3-4-5", "companies:6-7"}
    assert job["quote"] == 7 * 8


@pytest.mark.parametrize("point", ["filings-backfill.received", "backfill.listed", "filings-backfill.done"])
def test_a_backfill_listed_twice_by_workers_that_die_detects_each_filing_once(
    make_doubled: Harness, point: str
) -> None:
    harness = make_doubled
    key = harness.create_key("filings")
    job_id = begin(harness, key, "FMRD")
    with harness.crash_at(point) as crash:
        harness.hop()
    assert crash.fired
    assert units(read_job(harness, key, job_id)) == {MERIDIAN_RELEASE: "succeeded"}
    topics = [row["topic"] for row in harness.rows("SELECT topic FROM filings.events ORDER BY event_id")]
    assert topics == ["detected", "fetched", "analyzed", "indexed"]


@pytest.fixture
def make_doubled(make_harness: Any, replay: ReplayServer) -> Harness:
    """The application, every message delivered twice."""
    from tests.integration.filings.conftest import parameters_of

    harness: Harness = make_harness(parameters=parameters_of(replay), copies=2, seed=1)
    harness.fire("schedule_refresh_companies")
    return harness


def test_unknown_tickers_are_pointed_at_together_with_similar_names(filings: Harness, key: str) -> None:
    reply = post(filings, key, "FLRX", "FMRD", "NOBODY")
    assert (reply.status, reply.json()["code"]) == (422, "unknown-ticker")
    assert [error["pointer"] for error in reply.json()["errors"]] == ["/tickers/0", "/tickers/2"]
    assert "FLRK" in {near["ticker"] for near in reply.json()["nearest"]}
    assert filings.request("GET", ROUTE, key=key).data == []


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"tickers": []}, "/tickers"),
        ({"tickers": ["FLRK", "flrk"]}, ""),
        ({"tickers": [f"T{n}" for n in range(201)]}, "/tickers"),
        ({"per_ticker_limit": 101}, "/per_ticker_limit"),
        ({"per_ticker_limit": 0}, "/per_ticker_limit"),
        ({"since": "2024-02-01", "until": "2024-01-31"}, ""),
        ({"until": "yesterday"}, "/until"),
    ],
)
def test_what_cannot_be_backfilled_is_pointed_at(
    filings: Harness, key: str, fields: dict[str, Any], pointer: str
) -> None:
    reply = filings.request("POST", ROUTE, key=key, json={"tickers": ["FLRK"]} | fields)
    assert (reply.status, reply.json()["code"]) == (422, "validation-failed")
    assert reply.json()["errors"][0]["pointer"] == pointer


def test_a_balance_below_the_upper_bound_is_refused_and_nothing_is_kept(filings: Harness, key: str) -> None:
    reply = post(filings, key, "FLRK", "FMRD", per_ticker_limit=11, enrich=True)
    assert (reply.status, reply.json()["code"]) == (402, "balance-too-small")
    assert (reply.json()["balance"], reply.json()["required"]) == (TOKENS, 2 * 11 * 5)
    assert filings.request("GET", ROUTE, key=key).data == []
    assert filings.unsent_rows() == 0
