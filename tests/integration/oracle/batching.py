"""What tests of oracle's jobs share: rows, requests, and what the ledger says of a job."""

from __future__ import annotations

import json
from typing import Any

from tests.harness.events import Response
from tests.harness.harness import Harness


def fixture(number: int, **fields: Any) -> dict[str, Any]:
    """Return a row that needs no data of ours."""
    row = {
        "home": {"name": f"Home {number}", "rating": 1400 + number % 400}, "away": {"name": "Away", "rating": 1500},
        "client_reference": f"row {number}",
    }  # fmt: skip
    return row | fields


def fixtures(count: int) -> list[dict[str, Any]]:
    """Return so many different rows."""
    return [fixture(number) for number in range(count)]


UNANSWERABLE = {"home": {"name": "Nobody", "team_id": "no-such-team"}, "away": {"name": "Anybody"}}
"""A row that is well formed and cannot be answered: nobody has strengths for it."""


def post_batch(
    harness: Harness, key: str, rows: Any, *, idempotency_key: str | None = None, **options: Any
) -> Response:
    """Post a batch of Elo rows."""
    headers = {"idempotency-key": idempotency_key} if idempotency_key is not None else {}
    body = {"fixtures": rows, "model": "elo"} | options
    return harness.request("POST", "/v1/oracle/batches", key=key, json=body, headers=headers)


def post_csv(harness: Harness, key: str, content: bytes | str, query: str = "") -> Response:
    """Post a batch as CSV."""
    target = f"/v1/oracle/batches{query}"
    return harness.request("POST", target, key=key, body=content, headers={"content-type": "text/csv"})


def begin(harness: Harness, key: str, rows: Any, **options: Any) -> str:
    """Begin a batch and return its job."""
    reply = post_batch(harness, key, rows, **options)
    assert reply.status == 202, reply.body
    return str(reply.data["job"]["job_id"])


def job_of(harness: Harness, key: str, job_id: str) -> Any:
    """Return a job as its owner sees it."""
    return harness.request("GET", f"/v1/jobs/{job_id}", key=key).data


def results(harness: Harness, key: str, job_id: str) -> list[Any]:
    """Return all rows of an ended batch, page by page."""
    rows: list[Any] = []
    cursor = ""
    while True:
        reply = harness.request("GET", f"/v1/oracle/results/{job_id}{cursor}", key=key)
        assert reply.status == 200, reply.body
        rows += reply.data["rows"]
        if not reply.data["has_more"]:
            return rows
        cursor = f"?cursor={reply.data['next_cursor']}"


def page(harness: Harness, key: str, job_id: str) -> Any:
    """Return the first page of an ended job's results."""
    reply = harness.request("GET", f"/v1/oracle/results/{job_id}", key=key)
    assert reply.status == 200, reply.body
    return reply.data


def balance(harness: Harness, key: str) -> dict[str, int]:
    """Return what the account has and what is set aside."""
    shown = harness.request("GET", "/v1/balance", key=key).data
    return {name: shown[name] for name in ("available", "reserved")}


def messages(harness: Harness, queue: str) -> list[dict[str, Any]]:
    """Return the bodies that wait in a queue."""
    return [json.loads(message.body) for message in harness.queues.queues[f"auspex-{queue}"].messages]
