"""A filing through the three stages: once, whatever is repeated, reordered or killed on the way."""

from __future__ import annotations

from typing import Any

import pytest
from infra.local.replay.server import ReplayServer
from tests.conftest import Database, Server, cloned
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of, replaying

from auspex.core import faults

CIK = 9999999001
RELEASE = "9999999001-24-000018"
QUARTERLY = "9999999001-24-000019"
POINTS = [
    "filings-ingestion.received",
    *(
        f"ingestion.{node}.{edge}"
        for node in ("list", "documents", "normalize", "sections")
        for edge in ("before", "after")
    ),
    *(f"ingestion.{node}.{edge}" for node in ("detect", "persist") for edge in ("before", "uncommitted", "after")),
    "filings-ingestion.done",
    "filings-analysis.received",
    *(
        f"analysis.{node}.{edge}"
        for node in ("load", "facts", "tables", "items", "guidance", "compare")
        for edge in ("before", "after")
    ),
    *(f"analysis.persist.{edge}" for edge in ("before", "uncommitted", "after")),
    "filings-analysis.done",
    "filings-knowledge.received",
    *(f"knowledge.{node}.{edge}" for node in ("chunk", "embed") for edge in ("before", "after")),
    *(
        f"knowledge.{node}.{edge}"
        for node in ("index", "link", "finish")
        for edge in ("before", "uncommitted", "after")
    ),
    "filings-knowledge.done",
    "outbox.committed",
    "outbox.sent",
]
"""Where a worker may die; `make prove-filings` kills it at all of them, at random."""
KILLED = [
    "filings-ingestion.received", "ingestion.documents.after", "ingestion.persist.uncommitted",
    "analysis.tables.before", "analysis.persist.uncommitted", "analysis.persist.after", "knowledge.embed.after",
    "knowledge.index.uncommitted", "knowledge.finish.uncommitted", "filings-knowledge.done", "outbox.committed",
    "outbox.sent",
]  # fmt: skip


def ingest(harness: Harness, key: str, *accessions: str) -> str:
    harness.fire("schedule_refresh_companies")  # the directory is there before anybody asks
    items = [{"accession": accession, "cik": CIK} for accession in accessions]
    reply = harness.request("POST", "/v1/filings/ingestions", key=key, json={"accessions": items})
    assert reply.status == 202, reply.body
    return str(reply.json()["data"]["job_id"])


def final_state(harness: Harness, accession: str) -> dict[str, Any]:
    """Everything that must be the same however the way was, without ids and times."""
    one = {"accession": accession}
    return {
        "filing": harness.rows(
            "SELECT form, items, filing_date, report_date, status, flags, primary_document, inline_xbrl, sample "
            "FROM filings.filings WHERE accession = %(accession)s", one,
        ),
        "documents": harness.rows(
            "SELECT sequence, type, filename, raw_sha256, bytes FROM filings.documents "
            "WHERE accession = %(accession)s ORDER BY sequence", one,
        ),
        "sections": harness.rows(
            "SELECT s.section_key, s.ordinal, s.text_sha256 FROM filings.sections s JOIN filings.documents d "
            "USING (document_id) WHERE s.accession = %(accession)s ORDER BY d.sequence, s.ordinal", one,
        ),
        "facts": harness.rows(
            "SELECT concept, unit, period_start, period_end, dims_hash, value, char_start, char_end FROM filings.facts "
            "WHERE accession = %(accession)s ORDER BY 1, 2, 3, 4, 5", one,
        ),
        "kpis": harness.rows(
            "SELECT run, metric, basis, period_start, period_end, value, unit, method, quote FROM filings.kpis "
            "WHERE accession = %(accession)s ORDER BY 1, 2, 3, 4, 5, 8", one,
        ),
        "chunks": harness.rows(
            "SELECT ordinal, kind, char_start, char_end, context, text, embedding::text FROM filings.chunks "
            "WHERE accession = %(accession)s ORDER BY ordinal", one,
        ),
        "terms": harness.rows(
            "SELECT t.lexeme, c.ordinal, p.tf, p.dl FROM filings.postings p JOIN filings.terms t USING (term) "
            "JOIN filings.chunks c USING (chunk_id) WHERE c.accession = %(accession)s ORDER BY 1, 2", one,
        ),
        "drift": recount(harness),
        "topics": harness.rows(
            "SELECT topic FROM filings.events WHERE accession = %(accession)s ORDER BY event_id", one
        ),
    }  # fmt: skip


def recount(harness: Harness) -> dict[str, Any]:
    """How far stored index statistics are from a recount of the postings: all zero when they are sound."""
    return harness.rows(
        "SELECT (SELECT count(*) FROM filings.terms t WHERE t.df <> "
        "        (SELECT count(*) FROM filings.postings p WHERE p.term = t.term)) AS terms, "
        "       (SELECT n FROM filings.corpus) - (SELECT count(*) FROM filings.chunks) AS chunks, "
        "       (SELECT sum_dl FROM filings.corpus) - (SELECT coalesce(sum(dl), 0) FROM filings.chunks) AS length"
    )[0]


def test_a_filing_is_read_analysed_and_indexed_and_its_job_says_so(filings: Harness) -> None:
    key = filings.create_key("filings")
    job_id = ingest(filings, key, QUARTERLY)
    filings.drain()
    job = filings.request("GET", f"/v1/jobs/{job_id}", key=key).json()["data"]
    assert (job["status"], job["progress"], job["units"]) == ("succeeded", 100, {"total": 1, "done": 1, "failed": 0})
    events = [entry["event"] for entry in job["timeline"]]
    assert events[0] == "queued"
    assert events[-1] == "succeeded"
    stages = [entry["detail"]["stage"] for entry in job["timeline"] if entry["event"] == "stage"]
    assert [stage.partition(":")[0] for stage in stages] == sorted(
        (stage.partition(":")[0] for stage in stages), key=["ingestion", "analysis", "knowledge"].index
    )
    state = final_state(filings, QUARTERLY)
    assert state["filing"][0]["status"] == "indexed"
    assert state["filing"][0]["sample"] is True
    revenue = [k["value"] for k in state["kpis"] if k["metric"] == "revenue" and str(k["period_start"]) == "2024-07-01"]
    assert revenue == [512_000_000]
    assert [row["topic"] for row in state["topics"]] == ["detected", "fetched", "analyzed", "indexed"]
    assert state["drift"] == {"terms": 0, "chunks": 0, "length": 0}


@pytest.fixture(scope="module")
def undisturbed(postgres_server: Server) -> dict[str, Any]:
    """The final state without any fault."""
    with (
        replaying() as server,
        cloned(postgres_server) as database,
        Harness(database, parameters=parameters_of(server)) as h,
    ):
        ingest(h, h.create_key("filings"), RELEASE)
        with h.crash_at("nowhere"):  # points are noted while one is armed
            h.drain()
        return final_state(h, RELEASE)


def test_every_point_at_which_a_worker_may_die_is_passed(undisturbed: dict[str, Any]) -> None:
    assert undisturbed["drift"] == {"terms": 0, "chunks": 0, "length": 0}
    assert set(POINTS) - faults.passed_points() == set()


@pytest.mark.parametrize("point", KILLED)
def test_a_worker_killed_anywhere_leaves_the_same_final_state(
    filings: Harness, undisturbed: dict[str, Any], point: str
) -> None:
    key = filings.create_key("filings")
    job_id = ingest(filings, key, RELEASE)
    with filings.crash_at(point) as crash:
        filings.drain()
    assert crash.fired
    assert final_state(filings, RELEASE) == undisturbed
    job = filings.request("GET", f"/v1/jobs/{job_id}", key=key).json()["data"]
    assert (job["status"], job["units"]["done"]) == ("succeeded", 1)
    assert filings.rows("SELECT * FROM platform.dead_letters") == []


@pytest.mark.parametrize("seed", [1, 2])
def test_duplicated_and_reordered_messages_change_nothing(
    database: Database, replay: ReplayServer, undisturbed: dict[str, Any], seed: int
) -> None:
    with Harness(database, parameters=parameters_of(replay), copies=2, seed=seed) as harness:
        ingest(harness, harness.create_key("filings"), RELEASE)
        harness.drain()
        assert final_state(harness, RELEASE) == undisturbed


def test_ingesting_again_costs_no_work(filings: Harness, replay: ReplayServer) -> None:
    key = filings.create_key("filings")
    ingest(filings, key, RELEASE)
    filings.drain()
    before = replay.log.summary()["total"]
    again = ingest(filings, key, RELEASE)
    filings.drain()
    job = filings.request("GET", f"/v1/jobs/{again}", key=key).json()["data"]
    assert job["status"] == "succeeded"
    assert job["items"][0]["result"]["already_stored"] is True
    assert replay.log.summary()["total"] == before


def test_a_filing_too_long_for_one_invocation_continues_in_the_next(filings: Harness) -> None:
    key = filings.create_key("filings")
    filings.remaining_seconds = 0.01  # always short: every invocation computes one node and hands on
    job_id = ingest(filings, key, QUARTERLY)
    filings.drain()
    job = filings.request("GET", f"/v1/jobs/{job_id}", key=key).json()["data"]
    assert job["status"] == "succeeded"
    assert max(call.records for call in filings.calls) == 1
    assert sum(call.function == "stage_ingestion" for call in filings.calls) >= 5
    assert filings.rows("SELECT * FROM platform.delivery_failures") == []


def test_a_filing_whose_continuation_died_recovers_when_asked_for_again(filings: Harness) -> None:
    key = filings.create_key("filings")
    filings.remaining_seconds = 0.01  # the index goes on in messages of its own, and the first one is marked
    first = ingest(filings, key, QUARTERLY)
    with filings.crash_at("knowledge.link.before", times=100):
        filings.drain()
    one = {"accession": QUARTERLY}
    (stored,) = filings.rows(
        "SELECT status, dead_letter_reason AS reason FROM filings.filings WHERE accession = %(accession)s", one
    )
    assert stored == {"status": "dead_letter", "reason": "worker-lost"}
    assert filings.request("GET", f"/v1/jobs/{first}", key=key).json()["data"]["status"] == "failed"
    second = ingest(filings, key, QUARTERLY)
    filings.drain()
    assert filings.request("GET", f"/v1/jobs/{second}", key=key).json()["data"]["status"] == "succeeded"
    assert recount(filings) == {"terms": 0, "chunks": 0, "length": 0}
