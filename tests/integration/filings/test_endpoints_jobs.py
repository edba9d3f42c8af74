"""Ingestions and their jobs over HTTP: what is accepted, what is refused, who sees it, what a repeat does."""

from __future__ import annotations

from typing import Any

import pytest
from infra.local.replay.server import ReplayServer
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import CIK, DIRECTORS, RELEASE, ingest, list_dead_letters, read_job

UNKNOWN_JOB = "job_01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def key(filings: Harness) -> str:
    """An account that may ingest; the directory of companies is there before anybody asks."""
    filings.fire("schedule_refresh_companies")
    return filings.create_key("filings")


def post(harness: Harness, key: str, body: Any, *, idempotency_key: str | None = None) -> Response:
    headers = {"idempotency-key": idempotency_key} if idempotency_key is not None else {}
    return harness.request("POST", "/v1/filings/ingestions", key=key, json=body, headers=headers)


def accession(number: str = DIRECTORS, **fields: Any) -> dict[str, Any]:
    return {"accessions": [{"accession": number, "cik": CIK} | fields]}


def refusal(reply: Response) -> tuple[int, str, list[str]]:
    problem = reply.json()
    return reply.status, problem["code"], [error["pointer"] for error in problem.get("errors", ())]


def test_an_ingestion_is_a_queued_job_with_a_unit_per_filing(filings: Harness, key: str) -> None:
    items = [{"accession": DIRECTORS, "cik": CIK}, {"accession": RELEASE, "ticker": "FLRK"}]
    reply = post(filings, key, {"accessions": items})
    assert reply.status == 202
    job = reply.data
    assert (job["status"], job["progress"], job["waiting_on"], job["problem"]) == ("queued", 0, None, None)
    assert job["units"] == {"total": 2, "done": 0, "failed": 0}
    assert {item["key"] for item in job["items"]} == {DIRECTORS, RELEASE}
    assert job["request_id"] == reply.headers["x-request-id"]
    assert read_job(filings, key, job["job_id"]) == job
    assert filings.request("GET", "/v1/filings/ingestions", key=key).data == [job]


def test_the_newest_of_a_ticker_are_found_fetched_and_indexed(filings: Harness, key: str) -> None:
    reply = post(filings, key, {"tickers": [{"ticker": "flrk", "limit": 1}], "forms": ["8-K"]})
    filings.drain()
    job = read_job(filings, key, reply.data["job_id"])
    assert (job["status"], job["progress"]) == ("succeeded", 100)
    found = [item["result"]["accession"] for item in job["items"] if "accession" in (item["result"] or {})]
    assert found == [RELEASE]
    listed = filings.request("GET", "/v1/filings/accessions?status=indexed", key=key).data
    assert [row["accession"] for row in listed] == found


def test_an_unknown_ticker_is_pointed_at_with_the_nearest_names(filings: Harness, key: str) -> None:
    nobody = {"accession": RELEASE, "ticker": "NOBODY"}
    reply = post(filings, key, {"tickers": [{"ticker": "FLRK"}, {"ticker": "FLRX"}], "accessions": [nobody]})
    assert refusal(reply) == (422, "unknown-ticker", ["/tickers/1/ticker", "/accessions/0/ticker"])
    assert {"ticker": "FLRK", "name": "Larkspur Instruments, Inc. (fictional)"} in reply.json()["nearest"]
    assert filings.request("GET", "/v1/filings/ingestions", key=key).data == []
    assert filings.queues.waiting() == {}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"tickers": [], "accessions": []}, ""),
        (accession("9999999001-24-11"), "/accessions/0/accession"),
        (accession("9999999001-24-0000111"), "/accessions/0/accession"),
        (accession("AAAAAAAAAA-24-000011"), "/accessions/0/accession"),
        (accession(cik=0), "/accessions/0/cik"),
        (accession(cik=10**10), "/accessions/0/cik"),
        (accession(cik="Larkspur"), "/accessions/0/cik"),
        (accession(cik=None), "/accessions/0/cik"),
        (accession(form="10-K"), "/accessions/0/form"),
        ({"accessions": [*accession()["accessions"], *accession()["accessions"]]}, ""),
        ({"accessions": [*accession()["accessions"], *accession(DIRECTORS.replace("-", ""))["accessions"]]}, ""),
        ({"tickers": [{"ticker": "FLRK", "limit": 6}]}, "/tickers/0/limit"),
        ({"tickers": [{"ticker": "FLRK", "limit": 0}]}, "/tickers/0/limit"),
        ({"tickers": [{"ticker": "1; DROP TABLE"}]}, "/tickers/0/ticker"),
        ({"tickers": [{"ticker": f"T{n}"} for n in range(51)]}, "/tickers"),
        ({"tickers": "FLRK"}, "/tickers"),
        ({"tickers": [{"ticker": "FLRK"}], "forms": ["10-K;"]}, "/forms/0"),
        ([], ""),
    ],
)
def test_what_cannot_be_ingested_is_pointed_at(filings: Harness, key: str, body: Any, pointer: str) -> None:
    reply = post(filings, key, body)
    assert (reply.status, reply.json()["code"]) == (422, "validation-failed")
    assert reply.json()["errors"][0]["pointer"] == pointer
    assert filings.queues.waiting() == {}


def test_a_stored_accession_of_another_company_is_refused(filings: Harness, key: str) -> None:
    ingest(filings, key, DIRECTORS)
    filings.drain()
    assert refusal(post(filings, key, accession(cik=9999999002))) == (
        422, "accession-of-another-company", ["/accessions/0/cik"],
    )  # fmt: skip
    assert refusal(post(filings, key, {"accessions": [{"accession": DIRECTORS, "ticker": "FMRD"}]})) == (
        422, "accession-of-another-company", ["/accessions/0/ticker"],
    )  # fmt: skip
    assert post(filings, key, {"accessions": [{"accession": DIRECTORS}]}).status == 202


def test_the_same_post_twice_with_one_key_is_one_job(filings: Harness, key: str, replay: ReplayServer) -> None:
    first = post(filings, key, accession(), idempotency_key="once")
    filings.drain()
    requests = replay.log.summary()["total"]
    second = post(filings, key, accession(), idempotency_key="once")
    filings.drain()
    assert (second.status, second.data["job_id"]) == (202, first.data["job_id"])
    assert replay.log.summary()["total"] == requests
    assert len(filings.request("GET", "/v1/filings/ingestions", key=key).data) == 1
    reused = post(filings, key, accession(RELEASE), idempotency_key="once")
    assert refusal(reused)[:2] == (422, "idempotency-key-reused")
    stranger = filings.create_key("filings", name="same key, other account")
    assert post(filings, stranger, accession(), idempotency_key="once").data["job_id"] != first.data["job_id"]


def test_the_same_post_twice_without_a_key_is_a_second_job_and_no_new_work(
    filings: Harness, key: str, replay: ReplayServer
) -> None:
    ingest(filings, key, DIRECTORS)
    filings.drain()
    requests, calls = replay.log.summary()["total"], len(filings.calls)
    again = read_job(filings, key, ingest(filings, key, DIRECTORS))
    assert (again["status"], again["progress"]) == ("succeeded", 100)
    assert again["items"][0]["result"] == {"accession": DIRECTORS, "status": "indexed", "already_stored": True}
    filings.drain()
    assert replay.log.summary()["total"] == requests
    assert len(filings.calls) == calls
    assert len(filings.rows("SELECT * FROM filings.filings")) == 1


def test_two_jobs_that_want_one_filing_see_one_piece_of_work(filings: Harness, key: str) -> None:
    other = filings.create_key("filings", name="another account")
    first, second = ingest(filings, key, DIRECTORS), ingest(filings, other, DIRECTORS)
    filings.drain()
    assert read_job(filings, key, first)["status"] == "succeeded"
    assert read_job(filings, other, second)["status"] == "succeeded"
    topics = filings.rows("SELECT topic FROM filings.events ORDER BY event_id")
    assert [row["topic"] for row in topics] == ["detected", "fetched", "analyzed", "indexed"]
    assert list_dead_letters(filings) == []


def test_jobs_are_their_account_s_alone(filings: Harness, key: str) -> None:
    job_id = ingest(filings, key, DIRECTORS)
    ingest(filings, key, RELEASE)
    cursor = filings.request("GET", "/v1/filings/ingestions?limit=1", key=key).json()["next_cursor"]
    older = filings.request("GET", f"/v1/filings/ingestions?limit=1&cursor={cursor}", key=key).json()
    assert ([job["job_id"] for job in older["data"]], older["has_more"]) == ([job_id], False)
    stranger = filings.create_key("filings", "admin", name="stranger")
    assert refusal(filings.request("GET", f"/v1/jobs/{job_id}", key=stranger))[:2] == (404, "not-found")
    assert filings.request("GET", "/v1/filings/ingestions", key=stranger).data == []
    assert filings.request("GET", f"/v1/filings/ingestions?limit=1&cursor={cursor}", key=stranger).status == 400
    assert refusal(filings.request("GET", f"/v1/jobs/{UNKNOWN_JOB}", key=key))[:2] == (404, "not-found")


def test_reading_keys_may_list_jobs_but_not_make_them(filings: Harness, key: str) -> None:
    reader = filings.create_key("filings:read", name="reader")
    assert filings.request("GET", "/v1/filings/ingestions", key=reader).status == 200
    reply = post(filings, reader, accession())
    assert refusal(reply)[:2] == (403, "scope-missing")
    assert reply.json()["required_scope"] == "filings:write"
