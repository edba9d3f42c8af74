"""How the demos reach the running stack: its API as anybody does, its stand-in servers, its schedules."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from infra.local import aws
from infra.local.state import StackState, state_directory

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
class RunningStack:
    """What `make up` left: the object it printed last, and where its own servers listen."""

    printed: dict[str, Any]
    state: StackState

    @property
    def api_url(self) -> str:
        """The API, as its users reach it."""
        return str(self.printed["api_url"])

    @property
    def admin_key(self) -> str:
        """The key of who operates the stack."""
        return str(self.printed["admin_key"])

    @property
    def replay_url(self) -> str:
        """The sources, replayed."""
        return _local(self.state.replay_port)

    @property
    def catcher_url(self) -> str:
        """Who receives webhooks."""
        return _local(self.state.catcher_port)

    @property
    def provider_url(self) -> str:
        """The providers' stand-in."""
        return _local(self.state.provider_port)

    @property
    def fire(self) -> Fire:
        """What runs a schedule of the deployment now."""
        return firing(_local(self.state.emulator_port))


def running_stack() -> RunningStack:
    """Return the stack that is up. Raises FileNotFoundError where none ever was."""
    directory = state_directory()
    return RunningStack(json.loads(directory.result_file.read_text(encoding="utf-8")), directory.read())


def _local(port: int) -> str:
    return f"http://127.0.0.1:{port}"


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

    @property
    def cost(self) -> int:
        """What it cost, in tokens."""
        return int(self.headers.get("token-cost", 0))


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
            price = f", cost {answer.cost}" if "token-cost" in answer.headers else ""
            print(f"    {method} {path} → {answer.status}{price}")
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
    shown: list[int] = []

    def look() -> Any:
        job = caller("GET", f"/v1/jobs/{job_id}", quiet=True).data
        if shows_progress and job["progress"] not in shown[-1:]:
            shown.append(job["progress"])
            print(f"    {job['progress']:3} %  {job['status']}, {job['units']}")
        return job if job["finished_at"] else None

    job = wait_for(look, seconds_max=seconds_max)
    if job is None:
        raise TimeoutError(f"{job_id} has not ended after {seconds_max} s")
    return job


def wait_for(look: Callable[[], Any], *, seconds_max: float, poll_seconds: float = POLL_SECONDS) -> Any:
    """Look until there is something (true), and return it; None when there was nothing in time."""
    until = time.monotonic() + seconds_max
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(poll_seconds)
    return None


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


@contextmanager
def failing(server_url: str, **fault: object) -> Iterator[None]:
    """Have one of the stack's own servers fail as the fault says; it works again afterwards, however that ends."""
    control(server_url, "POST", "/__faults", fault)
    try:
        yield
    finally:
        control(server_url, "DELETE", "/__faults")


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
