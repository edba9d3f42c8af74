"""Paths and methods that no route serves: a problem like every other refusal, under every API."""

from __future__ import annotations

import pytest
from tests.harness.harness import Harness


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nowhere/at/all"),
        ("GET", "/nowhere"),
        ("GET", "/v1/jobs/"),
        ("POST", "/v1/filings/nowhere"),
        ("DELETE", "/v1/filings/accessions/a/b/c"),
    ],
)
def test_a_path_that_nothing_serves_is_not_found(harness: Harness, method: str, path: str) -> None:
    reply = harness.request(method, path)
    assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")
    problem = reply.json()
    assert (problem["code"], problem["instance"]) == ("not-found", path)
    assert problem["request_id"] == reply.headers["x-request-id"]
    assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/health", "GET"),
        ("PUT", "/v1/keys", "GET, POST"),
        ("GET", "/v1/jobs/job_x/cancel", "POST"),
        ("POST", "/docs", "GET"),
        ("HEAD", "/v1/filings/accessions/x/sections", "GET"),
    ],
)
def test_a_known_path_names_the_methods_that_it_has(harness: Harness, method: str, path: str, allowed: str) -> None:
    reply = harness.request(method, path)
    assert (reply.status, reply.headers["content-type"]) == (405, "application/problem+json")
    assert (reply.json()["code"], reply.headers["allow"]) == ("method-not-allowed", allowed)


def test_options_are_told_of_a_path_that_exists(harness: Harness) -> None:
    reply = harness.request("OPTIONS", "/v1/keys")
    assert (reply.status, reply.headers["allow"]) == (204, "GET, POST, OPTIONS")
    assert harness.request("OPTIONS", "/v1/nowhere").status == 404


def test_a_callers_request_id_is_kept(harness: Harness) -> None:
    given = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    reply = harness.request("GET", "/nowhere", headers={"x-request-id": given})
    assert reply.json()["request_id"] == given
