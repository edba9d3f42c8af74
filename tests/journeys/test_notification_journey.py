"""Notifications over HTTP on the embedded stack: an address is proven, a job ends, and the mail server has the mail."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.journeys.stack import POLL_SECONDS, REQUEST_SECONDS_MAX, Stack

pytestmark = pytest.mark.stack

MAIL_SECONDS_MAX = 180
"""Two minutes' sweeps and the processes they start: a job's end reaches the notifier by the sweep."""
CHANNELS = "/v1/notifications/channels"
UNRECORDED, CIK = "9999999001-24-000777", 9999999001
"""Nothing that the replay server knows: the job ends soon."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    running = Stack.running()
    yield running
    running.close()


@pytest.fixture
def mailbox(stack: Stack) -> Iterator[httpx.Client]:
    """The catcher's HTTP half, which shows what its mail server took."""
    said = json.loads((stack.directory.catcher / "catcher.json").read_text(encoding="utf-8"))
    with httpx.Client(base_url=said["url"], timeout=REQUEST_SECONDS_MAX) as http:
        yield http


def wait_for_mail(mailbox: httpx.Client, address: str, subject: str) -> dict[str, Any]:
    deadline = time.monotonic() + MAIL_SECONDS_MAX
    while time.monotonic() < deadline:
        for mail in mailbox.get("/__mail", params={"to": address}).json():
            if subject in mail["subject"]:
                found: dict[str, Any] = mail
                return found
        time.sleep(POLL_SECONDS)
    pytest.fail(f"no mail about {subject!r} to {address} within {MAIL_SECONDS_MAX} s")


def test_a_jobs_end_reaches_a_proven_address(stack: Stack, mailbox: httpx.Client) -> None:
    address = f"journey-{secrets.token_hex(6)}@example.org"
    made = stack.client.post(CHANNELS, json={"name": "journey", "email": {"address": address}})
    assert made.status_code == 201, made.text
    channel = f"{CHANNELS}/{made.json()['data']['channel_id']}"
    try:
        code = re.search(r"\b[0-9]{8}\b", wait_for_mail(mailbox, address, "code")["text"])
        assert code is not None
        assert stack.post(f"{channel}/verify", {"code": code.group()})["status"] == "verified"
        wish = stack.client.patch("/v1/notifications/preferences", json={"kinds": {"job.finished": "immediate"}})
        assert wish.status_code == 200, wish.text
        job = stack.finish(stack.ingest(UNRECORDED, cik=CIK))
        mail = wait_for_mail(mailbox, address, f"Job {job['status']}")
        assert mail["sender"] == "notices@example.org"
        told = stack.get("/v1/notifications", kind="job.finished", unread="true")
        assert job["job_id"] in {row["subject"] for row in told}
        marked = stack.post("/v1/notifications/read", {"subject": job["job_id"]})
        assert marked["marked"] == 1
    finally:
        stack.client.patch("/v1/notifications/preferences", json={"kinds": {"job.finished": "muted"}})
        assert stack.client.delete(channel).status_code == 200
