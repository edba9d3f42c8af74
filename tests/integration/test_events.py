"""Every function's event file runs through its handler against a real Postgres, as its role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from infra.local.provider_server.server import provider_settings
from tests.conftest import Server, cloned
from tests.harness.events import Response, response_of
from tests.harness.harness import Harness

EVENTS = Path(__file__).resolve().parents[2] / "events"
FILES = [path for path in sorted(EVENTS.glob("*/*.json")) if path.parent.name != "contracts"]
ACCESSION = "9999999001-24-000018"  # an 8-K of the sample company
PROVIDERS = provider_settings("http://127.0.0.1:9")  # configured, and nobody answers there
STATUS_OTHER_THAN_200 = {
    "unmatched": 404,
    "accounts": 201, "ingestions": 202, "backfills": 202, "replays": 202,
    "jobs": 404, "keys": 201, "ops_dead_letters": 202,
    "grants": 404, "reports": 404, "notification_channels": 201, "refunds": 404, "payments": 401,
    "webhook_deliveries": 404, "webhooks": 201, "batches": 202, "projections": 202, "results": 404,
}  # fmt: skip


@pytest.fixture(scope="module")
def ingested(postgres_server: Server, filings_parameters: dict[str, str]) -> Iterator[Harness]:
    """The application with one sample filing in it, ingested over HTTP."""
    with (
        cloned(postgres_server) as database,
        Harness(database, parameters=filings_parameters, secrets={"providers": PROVIDERS}) as harness,
    ):
        harness.fire("schedule_refresh_companies")
        request = {"accessions": [{"accession": ACCESSION, "cik": 9999999001}]}
        reply = harness.request("POST", "/v1/filings/ingestions", key=harness.create_key("filings"), json=request)
        assert reply.status == 202
        harness.drain()
        yield harness


def read_event(path: Path, harness: Harness) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "authorization" in event.get("headers", {}):
        event["headers"]["authorization"] = f"Bearer {harness.create_key('admin', 'filings', 'oracle')}"
    return event


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_event_runs(ingested: Harness, path: Path) -> None:
    event = read_event(path, ingested)
    reply = ingested.invoke(path.parent.name, path.stem, event)
    if "requestContext" in event:
        response = response_of(reply)
        assert response.status == STATUS_OTHER_THAN_200.get(path.stem, 200), response.body
        assert_is_proper(response, path.stem)
    elif "Records" in event:
        assert reply == {"batchItemFailures": []}
    elif "schedule" in event:
        assert reply["outcome"] in {"succeeded", "repeat"}
    else:
        assert reply["migration_head"]


def assert_is_proper(response: Response, stem: str) -> None:
    assert response.headers["x-request-id"]
    if response.status >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["code"] == ("signature-invalid" if stem == "payments" else "not-found")
    elif stem not in {"docs", "openapi", "health", "ready", "version"}:
        assert response.json()["meta"]["request_id"] == response.headers["x-request-id"]


def test_one_dead_letter_came_of_the_dead_letter_event(ingested: Harness) -> None:
    event = read_event(EVENTS / "platform" / "stage_dead_letter.json", ingested)
    for _ in range(2):
        assert ingested.invoke("platform", "stage_dead_letter", event) == {"batchItemFailures": []}
    (letter,) = ingested.rows(
        "SELECT queue, reason, attempts FROM platform.dead_letters WHERE queue = 'filings-ingestion'"
    )
    assert letter == {"queue": "filings-ingestion", "reason": "worker-lost", "attempts": 3}
