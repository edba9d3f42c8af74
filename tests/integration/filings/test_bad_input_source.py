"""EDGAR pausing, publishing late, failing; messages nobody can process; workers that meet; a database that is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from infra.local.replay.faults import Fault
from infra.local.replay.server import ReplayServer
from tests.harness.aws_resources import CREDENTIALS
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import (
    CIK,
    DIRECTORS,
    QUARTERLY,
    AlteredStore,
    ingest,
    list_dead_letters,
    path_of,
    read_filing,
    read_job,
)

from auspex.core.limits import DEFERRALS_MAX

EVERYTHING = 10_000
INGESTION_QUEUE = "filings-ingestion"
KEPT_DOCUMENTS = f"SELECT normalized_key FROM filings.documents WHERE accession = '{DIRECTORS}'"


@pytest.fixture
def key(filings: Harness) -> str:
    """An account that may ingest."""
    filings.fire("schedule_refresh_companies")
    return filings.create_key("filings")


def failures(harness: Harness) -> int:
    return int(harness.rows("SELECT count(*) AS n FROM platform.delivery_failures")[0]["n"])


@pytest.mark.parametrize(("kind", "where"), [("429", "/www/Archives"), ("403", "/www/Archives")])
def test_while_edgar_pauses_the_job_waits_and_no_retry_is_used(
    filings: Harness, key: str, replay: ReplayServer, kind: str, where: str
) -> None:
    replay.faults.arm(Fault(where, kind, times=1, retry_after=120))
    job_id = ingest(filings, key, DIRECTORS)
    filings.pump()
    job = read_job(filings, key, job_id)
    assert (job["status"], job["waiting_on"]) == ("running", "edgar")
    assert filings.rows("SELECT paused_until > clock_timestamp() AS paused FROM filings.edgar_budget")[0]["paused"]
    before = replay.log.summary()["total"]
    filings.advance(90)
    assert replay.log.summary()["total"] == before  # nobody asks while everybody is paused
    filings.drain()
    job = read_job(filings, key, job_id)
    assert (job["status"], job["waiting_on"], job["units"]["done"]) == ("succeeded", None, 1)
    assert (failures(filings), list_dead_letters(filings)) == (0, [])


def test_a_pause_in_the_analysis_shows_on_the_job_too(filings: Harness, key: str, replay: ReplayServer) -> None:
    edgar = AlteredStore(replay)
    path = path_of(QUARTERLY, "flrk-20240930.htm")
    page = edgar.original(path)
    for tag in (b"ix:nonFraction", b"ix:nonNumeric"):
        page = page.replace(b"<" + tag + b" ", b"<span ").replace(b"</" + tag + b">", b"</span>")
    edgar.replace(path, page)  # without tags the analysis asks EDGAR for companyfacts
    replay.faults.arm(Fault("/data/api/xbrl", "429", retry_after=60))
    job_id = ingest(filings, key, QUARTERLY)
    filings.pump()
    job = read_job(filings, key, job_id)
    assert (job["status"], job["waiting_on"], job["stage"]) == ("running", "edgar", "analysis:waiting")
    filings.drain()
    job = read_job(filings, key, job_id)
    assert (job["status"], job["waiting_on"]) == ("succeeded", None)
    assert failures(filings) == 0


def test_a_pause_without_end_is_a_dead_letter_after_twenty_deferrals(
    filings: Harness, key: str, replay: ReplayServer
) -> None:
    replay.faults.arm(Fault("/www/Archives", "429", times=EVERYTHING, retry_after=300))
    job_id = ingest(filings, key, DIRECTORS)
    filings.drain()
    job = read_job(filings, key, job_id)
    assert (job["status"], job["problem"]["code"]) == ("failed", "source-unavailable")
    (letter,) = list_dead_letters(filings)
    assert (letter["reason"], letter["attempts"]) == ("source-unavailable", 1)
    calls = [call for call in filings.calls if call.function == "stage_ingestion"]
    assert (len(calls), sum(call.failed for call in calls)) == (DEFERRALS_MAX + 1, 0)
    replay.faults.clear()
    filings.advance(3600)
    again = ingest(filings, key, DIRECTORS)
    filings.drain()
    assert read_job(filings, key, again)["status"] == "succeeded"


def detected_by_scan(harness: Harness, key: str) -> str:
    """Have the newest 8-K detected from submissions while its documents are not published; return the job's id."""
    body = {"tickers": [{"ticker": "FLRK", "limit": 1}], "forms": ["8-K"]}
    reply = harness.request("POST", "/v1/filings/ingestions", key=key, json=body)
    assert reply.status == 202, reply.body
    harness.pump()
    return str(reply.data["job_id"])


def test_a_fresh_filing_that_edgar_publishes_late_is_waited_for(
    filings: Harness, key: str, replay: ReplayServer
) -> None:
    replay.faults.arm(Fault("/www/Archives", "404", times=3))
    accept_on_detection(filings)
    job_id = detected_by_scan(filings, key)
    job = read_job(filings, key, job_id)
    assert (job["status"], job["waiting_on"]) == ("running", "edgar")
    filings.drain()
    assert read_job(filings, key, job_id)["status"] == "succeeded"
    assert failures(filings) == 0


def test_a_filing_that_never_appears_is_given_up_after_a_day(filings: Harness, key: str, replay: ReplayServer) -> None:
    replay.faults.arm(Fault("/www/Archives", "404", times=EVERYTHING))
    accept_on_detection(filings, hours=21)
    job_id = detected_by_scan(filings, key)
    filings.advance(2 * 3600)
    assert read_job(filings, key, job_id)["status"] == "running"
    assert list_dead_letters(filings) == []
    filings.advance(2 * 3600 - 60)
    job = read_job(filings, key, job_id)
    assert (job["status"], job["problem"]["code"]) == ("failed", "not-found-at-source")
    assert job["units"] == {"total": 1, "done": 0, "failed": 1}  # looking for the filing was no unit delivered
    # The five-minute scan has come upon the company's newest filing meanwhile, which never appears either.
    assert {letter["reason"] for letter in list_dead_letters(filings)} == {"not-found-at-source"}
    found = filings.request("GET", "/v1/filings/accessions?form=8-K", key=key).data
    assert [(f["status"], f["dead_letter_reason"]) for f in found] == [("dead_letter", "not-found-at-source")]


def test_an_old_filing_that_edgar_does_not_have_fails_at_once(filings: Harness, key: str, replay: ReplayServer) -> None:
    replay.faults.arm(Fault("/www/Archives", "404", times=EVERYTHING))
    job_id = ingest(filings, key, DIRECTORS)
    filings.pump()
    assert read_job(filings, key, job_id)["problem"]["code"] == "not-found-at-source"


def accept_on_detection(harness: Harness, *, hours: int = 1) -> None:
    """Have filings be accepted some hours before they are detected: the sample company's lie weeks back."""
    harness.rows(
        "CREATE FUNCTION public.accept_on_detection() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN NEW.accepted_at := NEW.detected_at - interval '{hours} hours'; RETURN NEW; END $$"
    )
    harness.rows(
        "CREATE TRIGGER accept BEFORE INSERT ON filings.filings FOR EACH ROW "
        "EXECUTE FUNCTION public.accept_on_detection()"
    )


class TestPoison:
    def test_a_page_nobody_can_read_is_a_dead_letter_after_every_attempt(
        self, filings: Harness, key: str, replay: ReplayServer
    ) -> None:
        edgar = AlteredStore(replay)
        edgar.replace(path_of(DIRECTORS), b"<html>this is no index page</html>")
        job_id = ingest(filings, key, DIRECTORS)
        filings.drain()
        job = read_job(filings, key, job_id)
        assert (job["status"], job["problem"]["code"], job["problem"]["node"]) == (
            "failed",
            "processing-failed",
            "list",
        )
        (letter,) = list_dead_letters(filings)
        assert (letter["queue"], letter["node"], letter["attempts"]) == (INGESTION_QUEUE, "list", 3)
        assert letter["error"].startswith("SourceUnreadable")
        assert failures(filings) == 3
        assert filings.metric("DeadLettersStored", service="auspex") == 1

        edgar.restore(path_of(DIRECTORS))
        again = ingest(filings, key, DIRECTORS)
        filings.drain()
        assert read_job(filings, key, again)["status"] == "succeeded"

    def test_a_filing_that_cannot_be_analysed_says_so_and_recovers_when_asked_for_again(
        self, filings: Harness, key: str
    ) -> None:
        store = boto3.client("s3", region_name="us-east-1", **CREDENTIALS)
        job_id = ingest(filings, key, DIRECTORS)
        with filings.crash_at("filings-analysis.received"):
            filings.pump()
        (kept,) = filings.rows(KEPT_DOCUMENTS)
        bucket = next(b["Name"] for b in store.list_buckets()["Buckets"] if "documents" in b["Name"])
        body = store.get_object(Bucket=bucket, Key=kept["normalized_key"])["Body"].read()
        store.put_object(Bucket=bucket, Key=kept["normalized_key"], Body=b"damaged")
        filings.drain()
        filing = read_filing(filings, key, DIRECTORS)
        assert (filing["status"], filing["dead_letter_reason"]) == ("dead_letter", "processing-failed")
        assert [event["topic"] for event in filing["events"]] == ["detected", "fetched", "dead_letter"]
        assert read_job(filings, key, job_id)["status"] == "failed"

        store.put_object(Bucket=bucket, Key=kept["normalized_key"], Body=body)
        again = ingest(filings, key, DIRECTORS)
        filings.drain()
        assert read_job(filings, key, again)["status"] == "succeeded"
        filing = read_filing(filings, key, DIRECTORS)
        assert (filing["status"], filing["dead_letter_reason"]) == ("indexed", None)
        assert len(filing["documents"]) == 1
        assert len(filings.rows(KEPT_DOCUMENTS)) == 1

    @pytest.mark.parametrize(
        "body",
        [
            "no JSON",
            "[]",
            '{"schema": "filings.unheard_of.v1"}',
            '{"schema": "filings.fetch_filing.v1", "body": {"accession": "1"}}',
            '{"schema": "filings.fetch_filing.v1", "body": {"accession": "\\u0000", "unit_key": "\\ud800"}}',
        ],
    )
    def test_a_message_of_another_shape_is_kept_as_it_came(self, filings: Harness, body: str) -> None:
        queue = next(name for name in filings.queues.queues if name.endswith(INGESTION_QUEUE))
        filings.queues.put(queue, body)
        filings.drain()
        (letter,) = filings.rows("SELECT queue, reason, body, attempts FROM platform.dead_letters")
        assert (letter["reason"], letter["body"], letter["attempts"]) == ("unreadable-message", body, 1)

    @pytest.mark.parametrize(
        "body", ["no JSON", '{"job_id": {}, "body": {"accession": "\\u0000", "unit_kind": "", "unit_key": "\\u0000"}}']
    )
    def test_whatever_lies_in_a_dead_letter_queue_can_be_stored(self, filings: Harness, body: str) -> None:
        queue = next(name for name in filings.queues.queues if name.endswith(f"{INGESTION_QUEUE}-dlq"))
        filings.queues.put(queue, body)
        filings.drain()
        (letter,) = filings.rows("SELECT body, reason, job_id FROM platform.dead_letters")
        assert letter == {"body": body, "reason": "worker-lost", "job_id": None}


def test_a_second_worker_on_one_filing_sees_the_lease_and_its_message_returns(filings: Harness, key: str) -> None:
    job_id = ingest(filings, key, DIRECTORS)
    filings.rows(
        "INSERT INTO filings.leases VALUES ('ingestion', %(accession)s, 'another worker', 7, "
        "clock_timestamp() + interval '20 seconds')",
        {"accession": DIRECTORS},
    )
    filings.pump()
    assert filings.rows("SELECT * FROM filings.filings") == []
    assert filings.unsent_rows() == 1  # the same message, due when the lease ends
    filings.drain()
    assert read_job(filings, key, job_id)["status"] == "succeeded"
    assert failures(filings) == 0
    (lease,) = filings.rows("SELECT epoch FROM filings.leases WHERE graph = 'ingestion'")
    assert lease["epoch"] > 7


class TestWithoutDatabase:
    def test_requests_are_told_to_come_back(self, filings: Harness, key: str) -> None:
        with database_gone(filings):
            reply = filings.request("GET", "/v1/filings/accessions", key=key)
            assert (reply.status, reply.json()["code"]) == (503, "database-unavailable")
            assert int(reply.headers["retry-after"]) > 0
            body = {"accessions": [{"accession": DIRECTORS, "cik": CIK}]}
            assert filings.request("POST", "/v1/filings/ingestions", key=key, json=body).status == 503
        assert filings.request("GET", "/v1/filings/accessions", key=key).status == 200

    def test_stages_leave_the_message_where_it_is(self, filings: Harness, key: str) -> None:
        job_id = ingest(filings, key, DIRECTORS)
        with database_gone(filings):
            filings.pump()
            waiting = filings.queues.waiting()
        assert [(name.endswith(INGESTION_QUEUE), count) for name, count in waiting.items()] == [(True, 1)]
        assert filings.rows("SELECT * FROM platform.dead_letters") == []
        filings.drain()
        assert read_job(filings, key, job_id)["status"] == "succeeded"


@contextmanager
def database_gone(harness: Harness) -> Iterator[None]:
    """Refuse the functions' roles and end the sessions they have."""
    name = harness.database.name
    harness.rows(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
    harness.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    try:
        yield
    finally:
        harness.rows(f"GRANT CONNECT ON DATABASE {name} TO PUBLIC")


def test_a_dead_letter_names_what_a_redrive_needs(filings: Harness, key: str, replay: ReplayServer) -> None:
    replay.faults.arm(Fault("/www/Archives", "404", times=EVERYTHING))
    job_id = ingest(filings, key, DIRECTORS)
    filings.drain()
    (letter,) = filings.rows("SELECT job_id, account_id, request_id, body FROM platform.dead_letters")
    message = json.loads(letter["body"])
    assert (letter["job_id"], letter["account_id"]) == (job_id, message["account_id"])
    assert letter["request_id"] == read_job(filings, key, job_id)["request_id"]
    assert message["body"]["accession"] == DIRECTORS
