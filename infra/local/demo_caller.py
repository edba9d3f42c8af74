"""How the demos reach a running stack: its API as anybody does, its stand-in servers, its schedules."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from infra.local import aws

REQUEST_SECONDS_MAX = 60.0
CONTROL_SECONDS_MAX = 30.0
POLL_SECONDS = 0.5
USER_AGENT = "Auspex demo demo@example.com"
"""The replay server answers those alone who say who they are, as the sources do."""
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""The stack speaks plain HTTP; httpx would read the machine's certificates anew, some 50 ms, at every request."""

Check = Callable[..., None]
Fire = Callable[[str, Mapping[str, object]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply: its status, headers (names in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def data(self) -> Any:
        """What was asked for."""
        return self.body["data"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a key (or none), who prints each request and its price."""

    api_url: str
    key: str | None

    def __call__(
        self, method: str, path: str, body: Any = None, *, media_type: str = "application/json", quiet: bool = False
    ) -> Answer:
        """Send a request; `body` is JSON unless it is bytes."""
        headers = {} if body is None else {"Content-Type": media_type}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        reply = httpx.request(
            method, self.api_url + path, headers=headers, timeout=REQUEST_SECONDS_MAX, verify=NO_CERTIFICATES, **sent
        )
        is_json = "json" in reply.headers.get("content-type", "")
        answer = Answer(reply.status_code, dict(reply.headers), reply.json() if is_json else reply.text)
        if not quiet:
            cost = answer.headers.get("token-cost")
            print(f"    {method} {path} → {answer.status}" + ("" if cost is None else f", cost {cost}"))
        return answer


def open_account(admin: Caller, *, plan: str, tokens: int, scopes: Sequence[str]) -> str:
    """Open an account with tokens and return a key of it for these scopes."""
    wanted = {"name": f"{' '.join(scopes)} {plan} {time.time_ns()}", "plan": plan}
    account_id = admin("POST", "/v1/accounts", wanted, quiet=True).data["account_id"]
    if tokens:
        grant = {"account_id": account_id, "tokens": tokens, "reason": "demo"}
        assert admin("POST", "/v1/grants", grant, quiet=True).status == 201
    key = {"name": "demo", "scopes": list(scopes), "account_id": account_id, "mode": "test"}
    return str(admin("POST", "/v1/keys", key, quiet=True).data["secret"])


def wait_for_job(caller: Caller, job_id: str, *, seconds_max: float, shows_progress: bool = False) -> Any:
    """Return a job when it has ended. Raises TimeoutError."""
    until, shown = time.monotonic() + seconds_max, None
    while time.monotonic() < until:
        job = caller("GET", f"/v1/jobs/{job_id}", quiet=True).data
        if shows_progress and job["progress"] != shown:
            shown = job["progress"]
            print(f"    {shown:3} %  {job['status']}, {job['units']}")
        if job["finished_at"]:
            return job
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"{job_id} has not ended after {seconds_max} s")


def rows_of(caller: Caller, path: str) -> list[dict[str, Any]]:
    """Return every row of a list, page by page; `path` has a query, at least its `limit`."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = caller("GET", path + cursor, quiet=True).body
        rows += page["data"]
        if not page["has_more"]:
            return rows
        cursor = f"&cursor={page['next_cursor']}"


def control(server_url: str, method: str, path: str, body: Any = None) -> Any:
    """Steer or watch one of the stack's own servers, in JSON. Raises httpx.HTTPStatusError where it refuses."""
    reply = httpx.request(
        method, server_url + path, json=body, timeout=CONTROL_SECONDS_MAX, verify=NO_CERTIFICATES
    ).raise_for_status()
    return reply.json() if reply.content else None


def firing(endpoint: str) -> Fire:
    """Return what runs a schedule of the deployment and returns its reply, given a part of its name and the event.

    The name is the beginning of the logical id that no other shares: the emulator cuts long names.
    """
    pages = aws.client("lambda", endpoint).get_paginator("list_functions").paginate()
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]

    def fire(wanted: str, event: Mapping[str, object]) -> dict[str, Any]:
        name = next(name for name in names if wanted in name)
        reply: dict[str, Any] = json.loads(aws.invoke(endpoint, name, event))
        return reply

    return fire
