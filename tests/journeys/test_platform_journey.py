"""The platform's own routes over HTTP on the embedded stack: health, documentation, keys, problems."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from tests.journeys.stack import Stack

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    running = Stack.running()
    yield running
    running.close()


@pytest.fixture
def anybody(stack: Stack) -> Iterator[httpx.Client]:
    """A caller without a key."""
    with httpx.Client(base_url=stack.client.base_url, timeout=60) as client:
        yield client


def test_it_is_healthy_and_ready_for_anybody(anybody: httpx.Client) -> None:
    assert anybody.get("/health").status_code == 200
    ready = anybody.get("/ready").json()
    assert ready["status"] == "ready"
    assert all(check["ok"] for check in ready["checks"])
    assert len(ready["checks"]) >= 3


def test_it_says_what_runs(anybody: httpx.Client) -> None:
    version = anybody.get("/version").json()
    shown = version.get("data", version)
    assert shown["stage"] == "local"
    assert shown["migration_head"]


def test_the_documentation_comes_from_here_alone(anybody: httpx.Client) -> None:
    page = anybody.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page.text)
    assets = re.findall(r"""(?:src|href)=["']([^"'#]+\.(?:js|css))["']""", page.text)
    assert assets
    for asset in assets:
        reply = anybody.get(asset if asset.startswith("/") else f"/docs/{asset.removeprefix('docs/')}")
        assert reply.status_code == 200, asset
        assert len(reply.content) > 100, asset


def test_every_documented_path_is_served(anybody: httpx.Client) -> None:
    document = anybody.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        for method in operations:
            concrete = re.sub(r"\{[^}]+\}", "x", path)
            reply = anybody.request(method.upper(), concrete)
            code = reply.json().get("code") if "json" in reply.headers.get("content-type", "") else None
            assert reply.status_code != 405, (method, path)
            assert not (reply.status_code == 404 and code is None), (method, path)
            assert reply.status_code < 500, (method, path, reply.text)


def test_without_a_key_nothing_is_told(anybody: httpx.Client) -> None:
    reply = anybody.get("/v1/filings/accessions")
    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["www-authenticate"].startswith("Bearer")
    assert reply.json()["request_id"] == reply.headers["x-request-id"]


def test_jobs_of_others_are_nothing(stack: Stack) -> None:
    body = {"accessions": [{"accession": "9999999001-24-000018", "cik": 9999999001}]}
    job_id = stack.post("/v1/filings/ingestions", body)["job_id"]
    admin = {"authorization": f"Bearer {stack.admin_key}"}
    assert stack.client.get(f"/v1/jobs/{job_id}", headers=admin).status_code == 404


def test_one_key_makes_one_job(stack: Stack) -> None:
    body = {"accessions": [{"accession": "9999999001-24-000018", "cik": 9999999001}]}
    headers = {"idempotency-key": "journey-once"}
    first = stack.client.post("/v1/filings/ingestions", json=body, headers=headers)
    second = stack.client.post("/v1/filings/ingestions", json=body, headers=headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["data"]["job_id"] == second.json()["data"]["job_id"]
    other = {"accessions": [{"accession": "9999999001-24-000019", "cik": 9999999001}]}
    reused = stack.client.post("/v1/filings/ingestions", json=other, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-key-reused")


def test_an_unknown_path_and_a_foreign_method_are_problems(anybody: httpx.Client) -> None:
    assert anybody.get("/v1/nowhere/at/all").status_code == 404
    assert anybody.delete("/health").status_code in {404, 405}
