"""Replays: a filing goes on where it stopped, is read anew from what is stored, or is indexed anew; nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from infra.local.replay.server import ReplayServer
from tests.harness.events import Response
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of
from tests.integration.filings.ingesting import DIRECTORS, RELEASE, ingest, read_filing, read_job
from tests.integration.filings.test_pipeline import final_state, recount

SOUND = {"terms": 0, "chunks": 0, "length": 0}


@pytest.fixture
def key(filings: Harness) -> str:
    """An operator who may ingest, without a token: replays cost nothing."""
    filings.fire("schedule_refresh_companies")
    return filings.create_key("filings", "admin")


def replay_of(harness: Harness, key: str, accession: str, mode: str, **headers: str) -> Response:
    route = f"/v1/filings/accessions/{accession}/replays"
    return harness.request("POST", route, key=key, json={"mode": mode}, headers=headers)


def begin(harness: Harness, key: str, accession: str, mode: str) -> Any:
    reply = replay_of(harness, key, accession, mode)
    assert reply.status == 202, reply.body
    return reply.data


def index_of(harness: Harness, accession: str) -> list[dict[str, Any]]:
    return harness.rows(
        "SELECT ordinal, kind, char_start, char_end, context, text, superseded_at FROM filings.chunks "
        "WHERE accession = %(accession)s ORDER BY ordinal",
        {"accession": accession},
    )


def versions_of(harness: Harness, accession: str) -> dict[str, Any]:
    (row,) = harness.rows(
        "SELECT f.status, f.run, f.index_version AS shown, (SELECT array_agg(DISTINCT c.index_version) "
        "FROM filings.chunks AS c WHERE c.accession = f.accession) AS stored FROM filings.filings AS f "
        "WHERE f.accession = %(accession)s",
        {"accession": accession},
    )
    return row


def test_an_index_is_built_anew_hidden_and_swapped_in_one_step(filings: Harness, key: str) -> None:
    ingest(filings, key, DIRECTORS)
    filings.hop()
    before = index_of(filings, DIRECTORS)
    begun = begin(filings, key, DIRECTORS, "index")
    assert (begun["mode_resolved"], begun["first_node"]) == ("index", "chunk")
    shown: list[int] = []
    query = {"query": "director", "top_k": 50}

    def search() -> None:
        found = filings.request("POST", "/v1/filings/searches", key=key, json=query).data["hits"]
        shown.append(len({hit["chunk_id"] for hit in found}))

    search()
    with filings.crash_at("knowledge.finish.before") as crash:
        filings.pump()
    assert crash.fired
    assert versions_of(filings, DIRECTORS) == {"status": "indexed", "run": 1, "shown": 1, "stored": [1, 2]}
    search()
    assert shown[0] == shown[1] > 0
    filings.hop()
    assert versions_of(filings, DIRECTORS) == {"status": "indexed", "run": 1, "shown": 2, "stored": [2]}
    assert index_of(filings, DIRECTORS) == before
    assert recount(filings) == SOUND
    job = read_job(filings, key, begun["job"]["job_id"])
    assert (job["kind"], job["status"], job["quote"], job["cost"]) == ("filings.replay", "succeeded", 0, 0)


def test_a_new_run_reads_the_stored_text_and_replaces_figures_and_index_together(
    filings: Harness, key: str, replay: ReplayServer
) -> None:
    ingest(filings, key, RELEASE)
    filings.hop()
    before, detail = final_state(filings, RELEASE), read_filing(filings, key, RELEASE)
    replay.log.clear()
    begun = begin(filings, key, RELEASE, "analysis")
    assert (begun["mode_resolved"], begun["first_node"]) == ("analysis", "load")
    filings.hop()
    assert versions_of(filings, RELEASE) == {"status": "indexed", "run": 2, "shown": 2, "stored": [2]}
    after, shown = final_state(filings, RELEASE), read_filing(filings, key, RELEASE)
    assert [row | {"run": 1} for row in after["kpis"] if row["run"] == 2] == before["kpis"]
    assert [row for row in after["kpis"] if row["run"] == 1] == before["kpis"]
    assert (after["chunks"], after["terms"], after["drift"]) == (before["chunks"], before["terms"], before["drift"])
    assert (shown["kpi_count"], shown["summary"], shown["lags"]) == (
        detail["kpi_count"], detail["summary"], detail["lags"],
    )  # fmt: skip
    kpis = filings.request("GET", "/v1/filings/kpis?ticker=FLRK&limit=100", key=key).data
    assert len(kpis) == detail["kpi_count"]
    assert replay.log.summary()["total"] == 0
    assert read_job(filings, key, begun["job"]["job_id"])["status"] == "succeeded"


@pytest.mark.parametrize(
    ("point", "resolved", "first_node"),
    [
        ("ingestion.documents.before", "ingestion", "documents"),
        ("analysis.tables.before", "analysis", "tables"),
        ("analysis.guidance.before", "analysis", "guidance"),
        ("knowledge.index.before", "index", "index"),
        ("knowledge.link.before", "index", "link"),
    ],
)
def test_auto_goes_on_at_the_first_unfinished_node(
    filings: Harness, key: str, point: str, resolved: str, first_node: str
) -> None:
    failed = ingest(filings, key, DIRECTORS)
    with filings.crash_at(point, times=9):
        filings.hop()
    assert read_filing(filings, key, DIRECTORS)["status"] == "dead_letter"
    begun = begin(filings, key, DIRECTORS, "auto")
    assert (begun["mode_resolved"], begun["first_node"]) == (resolved, first_node)
    waiting = ingest(filings, key, DIRECTORS)  # counts on the replay instead of beginning a second time
    filings.hop()
    filing = read_filing(filings, key, DIRECTORS)
    assert (filing["status"], filing["dead_letter_reason"]) == ("indexed", None)
    assert [event["topic"] for event in filing["events"]].count("indexed") == 1
    assert read_job(filings, key, begun["job"]["job_id"])["status"] == "succeeded"
    assert read_job(filings, key, waiting)["status"] == "succeeded"
    assert read_job(filings, key, failed)["status"] == "failed"
    assert recount(filings) == SOUND


def test_a_complete_filing_has_nothing_to_go_on_with(filings: Harness, key: str) -> None:
    ingest(filings, key, DIRECTORS)
    filings.hop()
    calls = len(filings.calls)
    begun = begin(filings, key, DIRECTORS, "auto")
    assert (begun["mode_resolved"], begun["first_node"]) == ("none", None)
    assert (begun["job"]["status"], begun["job"]["items"][0]["result"]["already_stored"]) == ("succeeded", True)
    assert filings.pump() == 0
    assert len(filings.calls) == calls


def test_replays_that_come_twice_in_any_order_leave_one_version(
    make_harness: HarnessMaker, replay: ReplayServer
) -> None:
    harness: Harness = make_harness(parameters=parameters_of(replay), copies=2, seed=3)
    key = harness.create_key("filings", "admin")
    ingest(harness, key, DIRECTORS)
    harness.hop()
    before = index_of(harness, DIRECTORS)
    jobs = [
        begin(harness, key, DIRECTORS, mode)["job"]["job_id"] for mode in ("index", "analysis", "index", "analysis")
    ]
    harness.hop()
    assert {read_job(harness, key, job)["status"] for job in jobs} == {"succeeded"}
    versions = versions_of(harness, DIRECTORS)
    assert versions["stored"] == [versions["shown"]]
    assert index_of(harness, DIRECTORS) == before
    assert recount(harness) == SOUND
    assert harness.rows("SELECT * FROM platform.dead_letters") == []


def test_what_was_not_read_that_far_cannot_be_replayed_from_there(filings: Harness, key: str) -> None:
    ingest(filings, key, DIRECTORS)
    with filings.crash_at("ingestion.documents.before", times=9):
        filings.pump()
    for mode in ("analysis", "index"):
        reply = replay_of(filings, key, DIRECTORS, mode)
        assert (reply.status, reply.json()["code"]) == (409, "filing-not-ready")
    assert replay_of(filings, key, RELEASE, "auto").status == 404
    assert replay_of(filings, filings.create_key("filings"), DIRECTORS, "auto").status == 403


def test_the_same_replay_twice_with_one_key_is_one_job(filings: Harness, key: str) -> None:
    ingest(filings, key, DIRECTORS)
    filings.hop()
    once = {"idempotency-key": "once"}
    first = replay_of(filings, key, DIRECTORS, "index", **once)
    harness_rows = "SELECT count(*) AS n FROM platform.jobs WHERE kind = 'filings.replay'"
    assert replay_of(filings, key, DIRECTORS, "index", **once).body == first.body
    assert filings.rows(harness_rows) == [{"n": 1}]
    filings.hop()
    assert versions_of(filings, DIRECTORS)["shown"] == 2
