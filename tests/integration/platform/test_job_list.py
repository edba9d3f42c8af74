"""Listing jobs: one account's own, by kind and status, in pages."""

from __future__ import annotations

from typing import Any

import pytest
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import DIRECTORS, QUARTERLY, RELEASE, ingest


@pytest.fixture
def key(filings: Harness) -> str:
    """An account that may ingest."""
    filings.fire("schedule_refresh_companies")
    return filings.create_key("filings")


def jobs(harness: Harness, key: str, query: str = "") -> Any:
    reply = harness.request("GET", f"/v1/jobs{query}", key=key)
    assert reply.status == 200, reply.body
    return reply.json()


def test_jobs_are_listed_newest_first_to_their_owner_alone(filings: Harness, key: str) -> None:
    made = [ingest(filings, key, accession) for accession in (DIRECTORS, RELEASE, QUARTERLY)]
    page = jobs(filings, key, "?limit=2")
    rest = jobs(filings, key, f"?limit=2&cursor={page['next_cursor']}")
    assert [job["job_id"] for job in page["data"] + rest["data"]] == made[::-1]
    assert (page["has_more"], rest["has_more"]) == (True, False)
    assert jobs(filings, filings.create_key("filings"))["data"] == []


def test_kind_and_status_narrow_the_list_and_bind_the_cursor(filings: Harness, key: str) -> None:
    done = ingest(filings, key, DIRECTORS)
    filings.drain()
    cancelled, waiting = ingest(filings, key, RELEASE), ingest(filings, key, QUARTERLY)
    assert filings.request("POST", f"/v1/jobs/{cancelled}/cancel", key=key).status == 202
    found = {
        status: [job["job_id"] for job in jobs(filings, key, f"?status={status}")["data"]]
        for status in ("succeeded", "cancelled", "queued", "failed")
    }
    assert found == {"succeeded": [done], "cancelled": [cancelled], "queued": [waiting], "failed": []}
    assert len(jobs(filings, key, "?kind=filings.ingestion")["data"]) == 3
    assert jobs(filings, key, "?kind=oracle.batch")["data"] == []
    cursor = jobs(filings, key, "?kind=filings.ingestion&limit=1")["next_cursor"]
    assert filings.request("GET", f"/v1/jobs?status=queued&limit=1&cursor={cursor}", key=key).status == 400


@pytest.mark.parametrize(
    ("query", "status"), [("?status=finished", 422), ("?kind=Filings", 422), ("?limit=0", 422), ("?state=queued", 400)]
)
def test_what_the_list_does_not_know_is_refused(filings: Harness, key: str, query: str, status: int) -> None:
    assert filings.request("GET", f"/v1/jobs{query}", key=key).status == status
