"""Jobs reserve their quote, pay for units delivered when they end, and give back the rest; whatever ends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.factories.key_holders import problem_of
from tests.factories.money import Customer, customer
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import ANNUAL, CIK, DIRECTORS, RELEASE, UNRECORDED

from auspex.core.messages import Cause
from auspex.core.problems import InternalError
from auspex.platform.jobs import NewJob, create_job, expand_unit, fail_unit, succeed_unit

INGESTIONS = "/v1/filings/ingestions"


@pytest.fixture
def filings(make_filings: HarnessMaker) -> Harness:
    """The application with the sample company's EDGAR."""
    return make_filings()


@pytest.fixture
def mine(filings: Harness) -> Customer:
    filings.fire("schedule_refresh_companies")
    return customer(filings, tokens=10)


def order(mine: Customer, *accessions: str, key: str | None = None, query: str = "", **fields: Any) -> Any:
    body = {"accessions": [{"accession": accession, "cik": CIK} for accession in accessions]} | fields
    return mine.request("POST", INGESTIONS + query, body, idempotency_key=key)


def job_of(mine: Customer, reply: Any) -> Any:
    return mine.request("GET", f"/v1/jobs/{reply.data['job_id']}").data


def test_what_is_delivered_is_paid_and_the_rest_comes_back(filings: Harness, mine: Customer) -> None:
    reply = order(mine, DIRECTORS, UNRECORDED, tickers=[{"ticker": "FLRK", "limit": 2}], forms=["8-K"])
    assert (reply.status, reply.data["quote"], reply.headers["token-balance"]) == (202, 4, "6")
    assert mine.balance == (6, 4)
    filings.drain()
    job = job_of(mine, reply)
    states = {item["key"]: item["state"] for item in job["items"]}
    assert states == {DIRECTORS: "succeeded", RELEASE: "succeeded", UNRECORDED: "failed"}
    assert (job["status"], job["cost"], mine.balance) == ("succeeded", 2, (8, 0))
    assert mine.kinds() == [("grant", 10), ("reserve", -4), ("settle", 0), ("release", 2)]
    assert mine.request("GET", f"/v1/ledger?job_id={job['job_id']}&kind=settle").data[0]["charged"] == 2


def test_what_is_stored_already_costs_nothing(filings: Harness, mine: Customer) -> None:
    order(mine, DIRECTORS)
    filings.drain()
    again = order(mine, DIRECTORS)
    assert (again.data["status"], again.data["quote"], again.data["cost"]) == ("succeeded", 0, 0)
    found = order(mine, tickers=[{"ticker": "FLRK", "limit": 5}], forms=["8-K"])
    filings.drain()
    assert job_of(mine, found)["cost"] == 1  # the release; the directors' report was there
    assert mine.balance == (8, 0)


def test_a_quote_makes_no_job(filings: Harness, mine: Customer) -> None:
    quoted = order(mine, DIRECTORS, query="?dry_run=true", tickers=[{"ticker": "FLRK", "limit": 5}])
    assert (quoted.status, quoted.data) == (200, {"token_cost": 6, "balance": 10, "affordable": True})
    wrong = order(mine, query="?dry_run=true", tickers=[{"ticker": "NOBODY"}])
    assert problem_of(wrong) == (422, "unknown-ticker")
    poor = customer(filings, tokens=0)
    assert order(poor, DIRECTORS, query="?dry_run=true").data["affordable"] is False
    assert mine.request("GET", "/v1/jobs").data == []
    assert (mine.kinds(), filings.queues.waiting()) == ([("grant", 10)], {})


def test_a_balance_that_is_too_small_makes_no_job(filings: Harness, mine: Customer) -> None:
    poor = customer(filings, tokens=1)
    refused = order(poor, DIRECTORS, RELEASE, key="poor")
    assert problem_of(refused) == (402, "balance-too-small")
    assert (refused.json()["required"], poor.request("GET", "/v1/jobs").data) == (2, [])
    assert filings.queues.waiting() == {}
    assert mine.balance == (10, 0)


def test_a_repeated_request_reserves_once(filings: Harness, mine: Customer) -> None:
    first = order(mine, DIRECTORS, key="once")
    assert order(mine, DIRECTORS, key="once").body == first.body
    assert mine.balance == (9, 1)
    filings.drain()
    assert mine.balance == (9, 0)


def test_a_cancelled_job_gives_back_what_it_did_not_deliver(filings: Harness, mine: Customer) -> None:
    reply = order(mine, DIRECTORS, ANNUAL)
    cancelled = mine.request("POST", f"/v1/jobs/{reply.data['job_id']}/cancel")
    assert (cancelled.status, cancelled.data["status"], cancelled.data["cost"]) == (202, "cancelled", 0)
    assert mine.balance == (10, 0)
    filings.drain()
    assert mine.balance == (10, 0)


def test_an_expired_job_gives_everything_back(filings: Harness, mine: Customer) -> None:
    order(mine, DIRECTORS)
    with filings.database.connect(None) as owner:
        owner.execute("UPDATE platform.jobs SET progressed_at = progressed_at - interval '1 day'")
    filings.fire("schedule_sweep")
    assert mine.request("GET", "/v1/jobs").data[0]["status"] == "expired"
    assert mine.balance == (10, 0)


def test_the_owner_pays_for_what_is_done_again_and_an_operator_does_not(filings: Harness, mine: Customer) -> None:
    replies = [order(mine, UNRECORDED), order(mine, UNRECORDED)]
    filings.drain()
    assert mine.balance == (10, 0)
    assert [job_of(mine, reply)["status"] for reply in replies] == ["failed", "failed"]
    poor_again = mine.request("POST", f"/v1/jobs/{replies[0].data['job_id']}/redrive")
    assert (poor_again.status, mine.balance) == (202, (9, 1))
    filings.drain()
    assert (job_of(mine, replies[0])["status"], mine.balance) == ("failed", (10, 0))
    operator = customer(filings, "admin")
    redriven = operator.request("POST", "/v1/ops/dead-letters/redrive", {"all": True})
    assert redriven.status == 202
    assert mine.balance == (10, 0)
    assert mine.request("GET", "/v1/jobs").data[0]["quote"] == 1


def test_what_an_operator_began_again_costs_nothing_when_it_turns_out_to_be_several_units(harness: Harness) -> None:
    mine, at, kind = customer(harness, tokens=10), harness.clock.now(), "filings.ingestion"
    with harness.database.connect("auspex_platform") as connection:
        new = NewJob(account_id=mine.account_id, kind=kind, route="/x", request={}, units=["scan", "one"], quote=4,
                     prices={"one": {"filing": 1}})  # fmt: skip
        job_id = create_job(connection, new, cause=Cause(), at=at).job_id
        fail_unit(connection, kind=kind, unit_key="scan", problem=InternalError(), at=at)
        connection.execute("SELECT platform.reopen_unit(%s, 'scan', %s, %s)", (kind, at, at + timedelta(hours=1)))
        found = {"two": {"filing": 1}, "three": {"filing": 1}}
        expand_unit(connection, job_id=job_id, unit_key="scan", units=["one", *found], prices=found, at=at)
        for unit in ("one", "two", "three"):
            succeed_unit(connection, kind=kind, unit_key=unit, result={}, at=at)
    assert mine.request("GET", f"/v1/jobs/{job_id}").data["cost"] == 1  # its reservation stood open for the other unit
    assert mine.balance == (9, 0)


def test_a_redrive_without_the_tokens_changes_nothing(filings: Harness, mine: Customer) -> None:
    poor = customer(filings, tokens=1)
    reply = order(poor, UNRECORDED)
    filings.drain()
    assert poor.balance == (1, 0)
    assert poor.request("POST", "/v1/filings/searches", {"query": "spent elsewhere"}).status == 200
    before = job_of(poor, reply)
    refused = poor.request("POST", f"/v1/jobs/{reply.data['job_id']}/redrive")
    assert problem_of(refused) == (402, "balance-too-small")
    assert job_of(poor, reply) == before
    assert mine.balance == (10, 0)
