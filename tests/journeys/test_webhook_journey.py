"""Webhooks over HTTP on the embedded stack: a job ends, and the catcher gets a request that it verifies."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.journeys.stack import POLL_SECONDS, REQUEST_SECONDS_MAX, Stack

pytestmark = pytest.mark.stack

SWEEP_SECONDS_MAX = 150
PATH = "/hooks/journey"
ACCESSION, CIK = "9999999001-24-000777", 9999999001
"""Nothing that the replay server knows: the job ends soon."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    running = Stack.running()
    yield running
    running.close()


@dataclass(frozen=True, slots=True)
class Catcher:
    """The stack's catcher, as its user reaches it."""

    http: httpx.Client

    def verify_with(self, *secrets: str) -> None:
        self.http.post("/__secrets", json={"path": PATH, "secrets": list(secrets)}).raise_for_status()

    def answer(self, status: int) -> None:
        self.http.post("/__answers", json={"path_prefix": PATH, "status": status}).raise_for_status()

    def received(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/__received", params={"path": PATH}).json()
        return found


@pytest.fixture
def catcher(stack: Stack) -> Iterator[Catcher]:
    said = json.loads((stack.directory.catcher / "catcher.json").read_text(encoding="utf-8"))
    with httpx.Client(base_url=said["url"], timeout=REQUEST_SECONDS_MAX) as http:
        for path in ("/__received", "/__answers"):
            http.delete(path).raise_for_status()
        yield Catcher(http)
        http.post("/__secrets", json={"path": PATH, "secrets": []}).raise_for_status()


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook of the demo account."""

    stack: Stack
    webhook_id: str
    secret: str

    @property
    def path(self) -> str:
        return f"/v1/webhooks/{self.webhook_id}"

    def replay(self) -> str:
        """Send the newest delivery's message again and return the new delivery's id."""
        newest = self.stack.get(f"{self.path}/deliveries")[0]["delivery_id"]
        return str(self.stack.post(f"{self.path}/deliveries/{newest}/replays", None)["delivery_id"])


@pytest.fixture
def hook(stack: Stack, catcher: Catcher) -> Iterator[Hook]:
    url = f"{str(catcher.http.base_url).rstrip('/')}{PATH}"
    reply = stack.client.post("/v1/webhooks", json={"url": url, "event_types": ["*"]})
    assert reply.status_code == 201, reply.text
    made = reply.json()["data"]
    yield Hook(stack, made["webhook_id"], made["secret"])
    stack.client.delete(f"/v1/webhooks/{made['webhook_id']}").raise_for_status()


def wait_until(reached: Callable[[], bool], *, seconds_max: float, what: str) -> None:
    deadline = time.monotonic() + seconds_max
    while not reached():
        assert time.monotonic() < deadline, f"after {seconds_max} s: {what}"
        time.sleep(POLL_SECONDS)


def test_a_jobs_end_is_told_verified_rotated_replayed_and_stopped(stack: Stack, catcher: Catcher, hook: Hook) -> None:
    catcher.verify_with(hook.secret)
    job_id = stack.ingest(ACCESSION, cik=CIK)
    ended = stack.finish(job_id)["status"]
    wait_until(lambda: bool(catcher.received()), seconds_max=SWEEP_SECONDS_MAX, what="the job's end was not told")
    (told,) = catcher.received()
    assert told["verified"] is True
    body = json.loads(told["body"])
    assert (body["type"], body["data"]["job_id"]) == (f"job.{ended}", job_id)

    rotated = stack.client.post(f"{hook.path}/rotate", json={"overlap_seconds": 600}).json()["data"]
    for known in (hook.secret, rotated["secret"]):  # both verify during the overlap
        catcher.verify_with(known)
        before = len(catcher.received())
        hook.replay()
        wait_until(lambda n=before: len(catcher.received()) > n, seconds_max=60, what="no replay came")  # type: ignore[misc] # binds the loop's value
        again = catcher.received()[-1]
        assert again["verified"] is True
        assert again["headers"]["webhook-id"] == told["headers"]["webhook-id"]
        assert again["body"] == told["body"]
        wait_until(lambda: all_ended(hook), seconds_max=60, what="the replay has no end")

    catcher.answer(410)
    hook.replay()
    wait_until(lambda: stack.get(hook.path)["disabled_reason"] == "gone", seconds_max=60, what="410 disabled nothing")
    assert [one["state"] for one in stack.get(f"{hook.path}/deliveries")] == ["failed", *["delivered"] * 3]


def all_ended(hook: Hook) -> bool:
    return all(one["state"] != "pending" for one in hook.stack.get(f"{hook.path}/deliveries"))
