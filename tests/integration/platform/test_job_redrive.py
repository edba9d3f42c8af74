"""Redriving: a poisoned filing recovers after the mend, an owner's redrive does what is missing and no more."""

from __future__ import annotations

from typing import Any

import pytest
from infra.local.replay.server import ReplayServer
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import (
    DIRECTORS,
    RELEASE,
    AlteredStore,
    ingest,
    list_dead_letters,
    path_of,
    read_filing,
    read_job,
)
from tests.integration.platform.dead_letters import LETTERS, broken, redrive

STAGE_POINTS = [
    "filings-ingestion.received",
    "ingestion.persist.before",
    "analysis.persist.before",
    "knowledge.index.before",
]
WAS = dict(zip(STAGE_POINTS, ["", "detected", "fetched", "analyzed"], strict=True))


@pytest.fixture
def key(filings: Harness) -> str:
    """An account that may ingest."""
    filings.fire("schedule_refresh_companies")
    return filings.create_key("filings")


@pytest.fixture
def admin(filings: Harness) -> str:
    """An operator's key."""
    return filings.create_key("admin")


def redrive_own(harness: Harness, key: str, job_id: str, status: int = 202) -> Any:
    reply = harness.request("POST", f"/v1/jobs/{job_id}/redrive", key=key)
    assert reply.status == status, reply.body
    return reply.data if status == 202 else reply.json()


def topics(harness: Harness, accession: str) -> list[str]:
    rows = harness.rows("SELECT topic FROM filings.events WHERE accession = %(a)s ORDER BY event_id", {"a": accession})
    return [row["topic"] for row in rows]


def duplicates(harness: Harness) -> list[dict[str, Any]]:
    """Chunks, KPIs and documents that stand twice."""
    return harness.rows(
        "SELECT 'chunk' AS what, min(text) FROM filings.chunks GROUP BY accession, ordinal HAVING count(*) > 1 "
        "UNION ALL SELECT 'kpi', min(metric) FROM filings.kpis "
        "GROUP BY accession, metric, basis, period_start, period_end, method HAVING count(*) > 1 "
        "UNION ALL SELECT 'document', min(filename) FROM filings.documents "
        "GROUP BY accession, filename HAVING count(*) > 1"
    )


def poison(harness: Harness, key: str, point: str, *accessions: str) -> str:
    """Ingest with a defect at a point until the filings are dead, and return the job."""
    job_id = ingest(harness, key, *accessions)
    with broken(point):
        harness.drain()
    assert read_job(harness, key, job_id)["status"] == "failed"
    return job_id


@pytest.mark.parametrize("point", STAGE_POINTS)
def test_a_poisoned_filing_recovers_after_the_mend(filings: Harness, key: str, admin: str, point: str) -> None:
    job_id = poison(filings, key, point, RELEASE)
    stored = filings.rows("SELECT status FROM filings.filings")
    assert stored == ([{"status": "dead_letter"}] if WAS[point] else [])
    assert redrive(filings, admin, all=True)["sent"] == 1
    if WAS[point]:
        assert read_filing(filings, key, RELEASE)["status"] == WAS[point]
    job = read_job(filings, key, job_id)
    assert (job["status"], job["progress"], job["problem"], job["attempts"]) == ("running", 0, None, 1)
    filings.drain()
    job = read_job(filings, key, job_id)
    assert (job["status"], job["progress"], job["units"]["done"], job["units"]["failed"]) == ("succeeded", 100, 1, 0)
    assert [e["event"] for e in job["timeline"] if e["event"] != "stage"] == [
        "queued",
        "failed",
        "redriven",
        "succeeded",
    ]
    assert read_filing(filings, key, RELEASE)["status"] == "indexed"
    again = redrive(
        filings, admin, ids=[row["dead_letter_id"] for row in filings.request("GET", LETTERS, key=admin).data]
    )
    assert (again["sent"], again["skipped"]) == (0, 1)
    filings.drain()
    assert duplicates(filings) == []
    assert topics(filings, RELEASE).count("indexed") == 1


def test_a_filings_history_tells_of_its_death_and_its_return(filings: Harness, key: str, admin: str) -> None:
    poison(filings, key, "analysis.persist.before", RELEASE)
    redrive(filings, admin, filter={"stage": "filings-analysis"})
    filings.drain()
    assert topics(filings, RELEASE) == ["detected", "fetched", "dead_letter", "replayed", "analyzed", "indexed"]


def test_a_redrive_of_a_letter_reopens_every_job_that_it_failed(filings: Harness, key: str, admin: str) -> None:
    other = filings.create_key("filings")
    mine, theirs = ingest(filings, key, RELEASE), ingest(filings, other, RELEASE)
    with broken("ingestion.persist.before"):
        filings.drain()
    redrive(filings, admin, all=True)
    filings.drain()
    assert read_job(filings, key, mine)["status"] == "succeeded"
    assert read_job(filings, other, theirs)["status"] == "succeeded"


def test_an_operators_redrive_is_a_cause_of_its_own(filings: Harness, key: str, admin: str) -> None:
    job_id = poison(filings, key, "analysis.persist.before", RELEASE)
    filings.rows("UPDATE platform.jobs SET status = 'expired'")
    redrive(filings, admin, all=True)
    filings.drain()
    assert read_filing(filings, key, RELEASE)["status"] == "indexed"
    assert read_job(filings, key, job_id)["status"] == "expired"


class TestOwner:
    def test_only_what_is_missing_is_done_again(self, filings: Harness, replay: ReplayServer, key: str) -> None:
        store = AlteredStore(replay)
        store.replace(path_of(RELEASE), None)
        job_id = ingest(filings, key, DIRECTORS, RELEASE)
        filings.drain()
        assert read_job(filings, key, job_id)["units"] == {"total": 2, "done": 1, "failed": 1}
        assert [letter["reason"] for letter in list_dead_letters(filings)] == ["not-recorded"]
        store.restore(path_of(RELEASE))
        worked = filings.rows("SELECT count(*) AS n FROM filings.checkpoints WHERE thread = %(a)s", {"a": DIRECTORS})
        job = redrive_own(filings, key, job_id)
        assert {item["key"]: item["state"] for item in job["items"]} == {DIRECTORS: "succeeded", RELEASE: "queued"}
        assert (job["status"], job["progress"]) == ("running", 50)
        filings.drain()
        job = read_job(filings, key, job_id)
        assert (job["status"], job["units"]) == ("succeeded", {"total": 2, "done": 2, "failed": 0})
        assert [e["detail"] for e in job["timeline"] if e["event"] == "redriven"] == [{"unit": RELEASE}]
        assert worked == filings.rows(
            "SELECT count(*) AS n FROM filings.checkpoints WHERE thread = %(a)s", {"a": DIRECTORS}
        )

    def test_a_second_redrive_sends_nothing(self, filings: Harness, key: str, admin: str) -> None:
        job_id = poison(filings, key, "analysis.persist.before", RELEASE)
        first = redrive_own(filings, key, job_id)
        sent = filings.rows("SELECT count(*) AS n FROM platform.outbox")
        assert redrive_own(filings, key, job_id) == first
        assert redrive(filings, admin, all=True)["letters"] == []
        assert filings.rows("SELECT count(*) AS n FROM platform.outbox") == sent
        filings.drain()
        done = read_job(filings, key, job_id)
        assert done["status"] == "succeeded"
        assert redrive_own(filings, key, job_id) == done
        assert duplicates(filings) == []

    def test_a_unit_goes_on_where_its_message_died(self, filings: Harness, replay: ReplayServer, key: str) -> None:
        job_id = poison(filings, key, "knowledge.index.before", RELEASE)
        requests = replay.log.summary()["total"]
        redrive_own(filings, key, job_id)
        assert list(filings.queues.waiting()) == ["auspex-filings-knowledge"]
        filings.drain()
        assert read_job(filings, key, job_id)["status"] == "succeeded"
        assert replay.log.summary()["total"] == requests

    def test_units_of_an_expired_job_begin_anew(self, filings: Harness, key: str) -> None:
        body = {"tickers": [{"ticker": "FLRK", "limit": 1}], "forms": ["8-K"], "accessions": []}
        scanned = filings.request("POST", "/v1/filings/ingestions", key=key, json=body).data["job_id"]
        fetched = ingest(filings, key, DIRECTORS)
        for queue in filings.queues.queues.values():
            queue.messages.clear()  # a region lost its queues
        filings.rows("UPDATE platform.jobs SET progressed_at = progressed_at - interval '3 hours'")
        filings.fire("schedule_sweep")
        for job_id in (scanned, fetched):
            assert read_job(filings, key, job_id)["status"] == "expired"
            assert redrive_own(filings, key, job_id)["status"] == "running"
        filings.drain()
        for job_id in (scanned, fetched):
            assert read_job(filings, key, job_id)["status"] == "succeeded"

    def test_a_redrive_killed_before_its_commit_leaves_no_trace(self, filings: Harness, key: str) -> None:
        job_id = poison(filings, key, "analysis.persist.before", RELEASE)
        before = read_job(filings, key, job_id)
        with broken("job.redriven"):
            assert filings.request("POST", f"/v1/jobs/{job_id}/redrive", key=key).status == 500
        assert read_job(filings, key, job_id) == before
        assert filings.unsent_rows() == 0
        assert read_filing(filings, key, RELEASE)["status"] == "dead_letter"
        redrive_own(filings, key, job_id)
        filings.drain()
        assert read_job(filings, key, job_id)["status"] == "succeeded"

    def test_a_cancelled_job_is_not_begun_again(self, filings: Harness, key: str) -> None:
        job_id = ingest(filings, key, RELEASE)
        assert filings.request("POST", f"/v1/jobs/{job_id}/cancel", key=key).status == 202
        assert redrive_own(filings, key, job_id, status=409)["code"] == "job-not-redrivable"
        assert read_job(filings, key, job_id)["status"] == "cancelled"

    def test_a_job_whose_units_keep_nothing_to_begin_with_is_refused(self, filings: Harness, key: str) -> None:
        job_id = poison(filings, key, "analysis.persist.before", RELEASE)
        filings.rows("UPDATE platform.job_units SET start = NULL; UPDATE platform.dead_letters SET redrivable = false")
        assert redrive_own(filings, key, job_id, status=409)["code"] == "job-not-redrivable"
