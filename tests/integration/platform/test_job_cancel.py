"""Cancelling a job: what is begun ends, nothing further begins, and nobody else loses anything."""

from __future__ import annotations

from typing import Any

import pytest
from infra.local.replay.server import ReplayServer
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import ANNUAL, CIK, DIRECTORS, QUARTERLY, RELEASE, ingest, read_job

from auspex.core import faults
from auspex.core.messages import Cause, wrap
from auspex.filings.create_ingestion import AccessionRequest, IngestionCommand, create_ingestion
from auspex.filings.messages import UNIT_KIND, FetchFiling
from auspex.platform.accounts import Authenticated
from auspex.platform.job_control import cancel_job

NODES = [  # `make prove-cancel` cancels at every point
    "ingestion.list.after", "ingestion.persist.after", "analysis.tables.after", "filings-knowledge.received",
    "knowledge.embed.after",
]  # fmt: skip


@pytest.fixture
def key(filings: Harness) -> str:
    """An account that may ingest."""
    filings.fire("schedule_refresh_companies")
    return filings.create_key("filings")


def cancel(harness: Harness, key: str, job_id: str) -> Any:
    reply = harness.request("POST", f"/v1/jobs/{job_id}/cancel", key=key)
    assert reply.status == 202, reply.body
    return reply.data


def cancel_inside(harness: Harness, job_id: str) -> None:
    """Cancel from another process while a stage of this one is at work."""
    (job,) = harness.rows("SELECT account_id FROM platform.jobs WHERE job_id = %(id)s", {"id": job_id})
    owner = Authenticated(job["account_id"], "key", frozenset({"filings"}), "premium")
    with harness.database.connect("auspex_platform") as connection, connection.transaction():
        cancel_job(connection, caller=owner, job_id=job_id, at=harness.clock.now())


def filing_of(harness: Harness, accession: str) -> dict[str, Any] | None:
    rows = harness.rows("SELECT status FROM filings.filings WHERE accession = %(accession)s", {"accession": accession})
    return rows[0] if rows else None


def footprint(harness: Harness, replay: ReplayServer) -> dict[str, Any]:
    """What work leaves: requests to EDGAR, checkpoints, chunks, documents."""
    counts = harness.rows(
        "SELECT (SELECT count(*) FROM filings.checkpoints) AS checkpoints, (SELECT count(*) FROM filings.chunks) "
        "AS chunks, (SELECT count(*) FROM filings.documents) AS documents, (SELECT count(*) FROM filings.kpis) AS kpis"
    )[0]
    return counts | {"requests": replay.log.summary()["total"]}


def test_a_cancelled_job_says_so_and_its_filing_is_not_fetched(
    filings: Harness, replay: ReplayServer, key: str
) -> None:
    job_id = ingest(filings, key, RELEASE, QUARTERLY)
    before = footprint(filings, replay)
    job = cancel(filings, key, job_id)
    assert (job["status"], job["stage"], job["finished_at"]) == ("cancelled", "finished", "2024-11-04T09:00:00Z")
    assert [item["state"] for item in job["items"]] == ["released", "released"]
    assert job["timeline"][-1]["event"] == "cancelled"
    assert job["timeline"][-1]["detail"] == {"units_done": 0, "units_released": 2}
    filings.drain()
    assert footprint(filings, replay) == before
    assert read_job(filings, key, job_id) == job
    assert filings.metric("Messages", service="auspex", stage="filings-ingestion", outcome="unwanted") == 2
    assert filings.rows("SELECT * FROM platform.dead_letters") == []


@pytest.mark.parametrize("point", NODES)
def test_no_step_begins_after_a_cancel_and_a_later_request_goes_on_from_there(
    filings: Harness, replay: ReplayServer, key: str, point: str
) -> None:
    job_id = ingest(filings, key, RELEASE)
    left: list[dict[str, Any]] = []

    def cancel_here() -> None:
        if not left:
            cancel_inside(filings, job_id)
            left.append(footprint(filings, replay))

    faults.arm(point, cancel_here)
    filings.drain()
    faults.disarm()
    assert left == [footprint(filings, replay)]
    assert read_job(filings, key, job_id)["status"] == "cancelled"
    if filing_of(filings, RELEASE) is not None:
        assert filing_of(filings, RELEASE) == {"status": "skipped"}
    again = ingest(filings, key, RELEASE)
    filings.drain()
    assert read_job(filings, key, again)["status"] == "succeeded"
    assert filing_of(filings, RELEASE) == {"status": "indexed"}
    assert read_job(filings, key, job_id)["status"] == "cancelled"


def test_a_filing_that_another_job_waits_for_goes_on(filings: Harness, key: str) -> None:
    first = ingest(filings, key, RELEASE)
    other = filings.create_key("filings")
    second = ingest(filings, other, RELEASE)
    cancel(filings, key, first)
    filings.drain()
    assert read_job(filings, other, second)["status"] == "succeeded"
    assert read_job(filings, key, first)["status"] == "cancelled"


def test_a_filing_that_a_schedule_found_goes_on(filings: Harness, key: str) -> None:
    found = FetchFiling(accession=RELEASE, cik=CIK, unit_kind=UNIT_KIND, unit_key=RELEASE)
    job_id = ingest(filings, key, RELEASE)
    message = wrap(found, dedup_key=f"fetch:{RELEASE}:detected", cause=Cause())
    filings.queues.put("auspex-filings-ingestion", message.encode())
    cancel(filings, key, job_id)
    filings.drain()
    assert filing_of(filings, RELEASE) == {"status": "indexed"}
    assert read_job(filings, key, job_id)["status"] == "cancelled"


def test_a_request_between_a_cancel_and_its_notice_is_served_by_the_same_message(filings: Harness, key: str) -> None:
    job_id = ingest(filings, key, RELEASE)
    (job,) = filings.rows("SELECT account_id FROM platform.jobs")
    wanted = (AccessionRequest(RELEASE, CIK, None),)
    command = IngestionCommand(account_id=job["account_id"], tickers=(), accessions=wanted, forms=(), request={})
    asked: list[str] = []

    def cancel_here() -> None:
        if not asked:
            cancel_inside(filings, job_id)

    def ask_again() -> None:
        if not asked:
            with filings.database.connect("auspex_filings") as connection, connection.transaction():
                again = create_ingestion(connection, clock=filings.clock, command=command, cause=Cause())
            asked.append(again.job_id)

    faults.arm("ingestion.documents.after", cancel_here)
    faults.arm("filings-ingestion.unwanted", ask_again)
    filings.pump()
    faults.disarm()
    assert filings.metric("Messages", service="auspex", stage="filings-ingestion", outcome="deferred") == 1
    assert filing_of(filings, RELEASE) == {"status": "detected"}
    filings.drain()
    assert read_job(filings, key, asked[0])["status"] == "succeeded"
    assert read_job(filings, key, job_id)["status"] == "cancelled"


@pytest.mark.parametrize("point", ["filings-scan.received", "scan.listed"])
def test_a_cancelled_scan_detects_nothing(filings: Harness, key: str, point: str) -> None:
    reply = filings.request(
        "POST", "/v1/filings/ingestions", key=key, json={"tickers": [{"ticker": "FLRK", "limit": 3}]}
    )
    job_id = reply.data["job_id"]
    faults.arm(point, lambda: cancel_inside(filings, job_id))
    filings.drain()
    faults.disarm()
    assert filings.rows("SELECT * FROM filings.filings") == []
    assert [item["state"] for item in read_job(filings, key, job_id)["items"]] == ["released"]


@pytest.mark.parametrize("point", ["ingestion.documents.after", "analysis.facts.after", "knowledge.chunk.after"])
@pytest.mark.parametrize("asks", ["ticker", "schedule", "schedule that finds nothing new"])
def test_a_filing_that_was_set_aside_is_taken_up_by_whoever_asks_next(
    filings: Harness, key: str, point: str, asks: str
) -> None:
    if asks.endswith("new"):
        ingest(filings, key, DIRECTORS)
        filings.drain()
        filings.fire("schedule_poll_scan")  # takes the newest filing, and remembers what EDGAR's list looked like
        filings.drain()
    job_id = ingest(filings, key, ANNUAL)
    faults.arm(point, lambda: cancel_inside(filings, job_id))
    filings.drain()
    faults.disarm()
    assert filing_of(filings, ANNUAL) == {"status": "skipped"}
    if asks == "ticker":
        wanted = {"tickers": [{"ticker": "FLRK", "limit": 2}]}
        again = filings.request("POST", "/v1/filings/ingestions", key=key, json=wanted).data["job_id"]
        filings.drain()
        assert read_job(filings, key, again)["status"] == "succeeded"
    else:
        filings.rows("UPDATE filings.companies SET watermark = '2025-02-25'")
        filings.advance(1)
        filings.fire("schedule_poll_scan")
        filings.drain()
    assert filing_of(filings, ANNUAL) == {"status": "indexed"}


def test_what_is_done_stays_done(filings: Harness, key: str) -> None:
    job_id = ingest(filings, key, DIRECTORS)
    filings.drain()
    mixed = ingest(filings, key, DIRECTORS, RELEASE)
    job = cancel(filings, key, mixed)
    assert {item["key"]: item["state"] for item in job["items"]} == {DIRECTORS: "succeeded", RELEASE: "released"}
    assert job["units"] == {"total": 2, "done": 1, "failed": 0}
    refused = filings.request("POST", f"/v1/jobs/{job_id}/cancel", key=key)
    assert (refused.status, refused.json()["code"]) == (409, "job-finished")
    assert filing_of(filings, DIRECTORS) == {"status": "indexed"}


def test_a_second_cancel_finds_the_job_finished(filings: Harness, key: str) -> None:
    job_id = ingest(filings, key, RELEASE)
    cancel(filings, key, job_id)
    refused = filings.request("POST", f"/v1/jobs/{job_id}/cancel", key=key)
    assert (refused.status, refused.json()["code"]) == (409, "job-finished")
    assert [entry["event"] for entry in read_job(filings, key, job_id)["timeline"]].count("cancelled") == 1


@pytest.mark.parametrize("action", ["cancel", "redrive"])
def test_only_a_writer_of_the_owning_account_may_change_a_job(filings: Harness, key: str, action: str) -> None:
    job_id = ingest(filings, key, RELEASE)
    path = f"/v1/jobs/{job_id}/{action}"
    assert filings.request("POST", path, key=filings.create_key("filings", "admin")).status == 404
    assert filings.request("POST", path).status == 401
    assert filings.request("POST", f"/v1/jobs/job_01ARZ3NDEKTSV4RRFFQ69G5FAV/{action}", key=key).status == 404
    assert filings.request("POST", f"/v1/jobs/job_x/{action}", key=key).status == 422
    filings.rows("UPDATE platform.api_keys SET scopes = ARRAY['filings:read']")
    refused = filings.request("POST", path, key=key)
    assert (refused.status, refused.json()["required_scope"]) == (403, "filings:write")
    assert read_job(filings, key, job_id)["status"] == "queued"
