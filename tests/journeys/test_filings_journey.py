"""A filing's way over HTTP on the embedded stack: in, through, asked about; with EDGAR pausing and a worker killed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.journeys.stack import FINISHED, Stack

pytestmark = pytest.mark.stack
LARKSPUR, MERIDIAN = 9999999001, 9999999002
RELEASE, QUARTERLY, ANNUAL = "9999999001-24-000018", "9999999001-24-000019", "9999999001-25-000003"
DIRECTORS, AMENDED = "9999999001-24-000011", "9999999001-24-000020"
MERIDIAN_RELEASE = "9999999002-23-000044"
UNRECORDED = "9999999001-24-000777"
INGESTION_SECONDS_MAX = 480.0
"""On a busy machine a worker may be ended at its time-out; its message comes back 180 s later."""
REVENUE = "What was Larkspur's revenue in the quarter ended September 30, 2024?"


@dataclass(frozen=True, slots=True)
class Story:
    """What happened before the first test: several jobs at once, so that nobody waits for them one after another."""

    stack: Stack
    ingested: list[Any]
    """Every state of the first job that was seen."""
    unrecorded: str
    interrupted: str
    paused: str
    paused_states: list[Any]
    workers_killed: int


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    stack = Stack.running()
    try:
        ingested = stack.watch(
            stack.ingest(RELEASE, QUARTERLY, ANNUAL, cik=LARKSPUR),
            lambda job: job["status"] in FINISHED,
            seconds_max=INGESTION_SECONDS_MAX,
        )
        unrecorded = stack.ingest(UNRECORDED, cik=LARKSPUR)
        stack.finish(unrecorded)
        interrupted, workers_killed = kill_while_fetching(stack)
        paused, paused_states = pause_edgar(stack)
        yield Story(stack, ingested, unrecorded, interrupted, paused, paused_states, workers_killed)
    finally:
        stack.close()


def kill_while_fetching(stack: Stack) -> tuple[str, int]:
    """Have a document arrive slowly, and kill the worker that waits for it."""
    stack.arm(f"/www/Archives/edgar/data/{MERIDIAN}/999999900223000044/fmrd-8k.htm", "slow", delay_seconds=15)
    job_id = stack.ingest(MERIDIAN_RELEASE, cik=MERIDIAN)
    stack.watch(job_id, lambda job: job["stage"] == "ingestion:list", seconds_max=60)
    return job_id, stack.kill_workers("FilingsStageIngestion")


def pause_edgar(stack: Stack) -> tuple[str, list[Any]]:
    """Have EDGAR ask everybody to stop for a while."""
    stack.arm("/www/Archives", "429", retry_after=30)
    job_id = stack.ingest(DIRECTORS, cik=LARKSPUR)
    return job_id, stack.watch(job_id, lambda job: job["waiting_on"] is not None, seconds_max=60)


class TestIngestion:
    def test_shows_its_progress_to_the_end(self, story: Story) -> None:
        progress = [job["progress"] for job in story.ingested]
        assert progress == sorted(progress)
        last = story.ingested[-1]
        assert (last["status"], last["progress"], last["problem"]) == ("succeeded", 100, None)
        assert last["units"] == {"total": 3, "done": 3, "failed": 0}
        assert len(progress) > 2, "the job was seen at work"

    def test_leaves_a_timeline_through_the_three_stages(self, story: Story) -> None:
        timeline = story.ingested[-1]["timeline"]
        assert (timeline[0]["event"], timeline[-1]["event"]) == ("queued", "succeeded")
        instants = [entry["at"] for entry in timeline]
        assert instants == sorted(instants)
        stages = {entry["detail"]["stage"].partition(":")[0] for entry in timeline if entry["event"] == "stage"}
        assert stages == {"ingestion", "analysis", "knowledge"}

    def test_leaves_filings_with_all_they_hold(self, story: Story) -> None:
        for accession, documents in ((RELEASE, {"8-K", "EX-99.1"}), (QUARTERLY, {"10-Q"}), (ANNUAL, {"10-K"})):
            filing = story.stack.get(f"/v1/filings/accessions/{accession}")
            assert (filing["status"], filing["sample"]) == ("indexed", True)
            assert {document["type"] for document in filing["documents"]} == documents
            assert [event["topic"] for event in filing["events"]] == ["detected", "fetched", "analyzed", "indexed"]

    def test_again_is_done_at_once(self, story: Story) -> None:
        again = story.stack.get(f"/v1/jobs/{story.stack.ingest(RELEASE, QUARTERLY, cik=LARKSPUR)}")
        assert (again["status"], again["progress"]) == ("succeeded", 100)
        assert all(item["result"]["already_stored"] for item in again["items"])


class TestReading:
    def test_figures_have_unit_period_and_quote(self, story: Story) -> None:
        rows = story.stack.get("/v1/filings/kpis", ticker="FLRK", metric="revenue", period_type="quarter", basis="gaap")
        row = next(row for row in rows if row["period_end"] == "2024-09-30")
        assert (row["value"], row["unit"]) == ("512000000", "USD")
        assert row["quote"]

    def test_sections_of_an_exhibit_are_read_by_key(self, story: Story) -> None:
        sections = story.stack.get(f"/v1/filings/accessions/{RELEASE}/sections")
        exhibit = [section for section in sections if section["section_key"].startswith("ex99.1-")]
        assert exhibit
        for section in exhibit:
            read = story.stack.get(
                f"/v1/filings/accessions/{RELEASE}/sections/{section['section_key']}", document=section["document"]
            )
            assert read["text_sha256"] == section["text_sha256"]

    def test_a_search_finds_the_passage(self, story: Story) -> None:
        found = story.stack.post("/v1/filings/searches", {"query": "supplier of diffraction gratings", "top_k": 3})
        assert "diffraction" in found["hits"][0]["text"]


class TestAsks:
    @pytest.mark.parametrize(
        ("question", "evidence_class", "value"),
        [
            (REVENUE, "kpi", "512000000"),
            ("What was Larkspur's gross margin in FY2024?", "formula", None),
            ("How did Larkspur's revenue change from Q3 2023 to Q3 2024?", "kpi", "512000000"),
            ("What does Larkspur say about its supplier of diffraction gratings?", "extractive", None),
        ],
    )
    def test_are_answered_with_quotes_that_verify(
        self, story: Story, question: str, evidence_class: str, value: str | None
    ) -> None:
        stack = story.stack
        answer = stack.post("/v1/filings/asks", {"question": question})
        assert (answer["refused"], answer["evidence_class"]) == (False, evidence_class)
        assert value is None or value in {figure["value"] for figure in answer["figures"]}
        assert answer["citations"]
        for citation in answer["citations"]:
            place = {name: citation[name] for name in ("accession", "section_key", "document", "start", "end", "quote")}
            assert stack.post("/v1/filings/citations/verifications", place)["valid"] is True
            forged = re.sub(r"\w", "#", place["quote"], count=1)
            verdict = stack.post("/v1/filings/citations/verifications", place | {"quote": forged})
            assert (verdict["valid"], verdict["reason"]) == (False, "quote_differs")
        assert stack.get(f"/v1/filings/asks/{answer['ask_id']}") == answer

    def test_without_evidence_are_refused_with_the_reason(self, story: Story) -> None:
        answer = story.stack.post("/v1/filings/asks", {"question": "What was Larkspur's revenue in FY1993?"})
        assert (answer["refused"], answer["reason"], answer["citations"]) == (True, "period_missing", [])


class TestFailures:
    def test_an_unrecorded_filing_ends_with_its_reason(self, story: Story) -> None:
        job = story.stack.get(f"/v1/jobs/{story.unrecorded}")
        assert (job["status"], job["problem"]["code"]) == ("failed", "not-recorded")
        reply = story.stack.client.get(
            "/v1/ops/dead-letters", headers={"authorization": f"Bearer {story.stack.admin_key}"}
        )
        assert reply.status_code == 200, reply.text
        letters = [letter for letter in reply.json()["data"] if letter["job_id"] == story.unrecorded]
        assert [letter["reason"] for letter in letters] == ["not-recorded"]

    def test_while_edgar_paused_the_job_said_so_and_then_went_on(self, story: Story) -> None:
        waiting = story.paused_states[-1]
        assert (waiting["status"], waiting["waiting_on"]) == ("running", "edgar")
        job = story.stack.finish(story.paused, seconds_max=300)
        assert (job["status"], job["waiting_on"], job["units"]["done"]) == ("succeeded", None, 1)

    def test_a_killed_worker_s_filing_is_finished_by_another(self, story: Story) -> None:
        assert story.workers_killed >= 1
        job = story.stack.finish(story.interrupted, seconds_max=360)
        assert (job["status"], job["units"]) == ("succeeded", {"total": 1, "done": 1, "failed": 0})
        filing = story.stack.get(f"/v1/filings/accessions/{MERIDIAN_RELEASE}")
        assert [event["topic"] for event in filing["events"]] == ["detected", "fetched", "analyzed", "indexed"]
        keys = [
            (row["metric"], row["basis"], row["period_start"], row["period_end"], row["method"])
            for row in story.stack.get("/v1/filings/kpis", ticker="FMRD", limit=100)
        ]
        assert keys
        assert len(set(keys)) == len(keys)
