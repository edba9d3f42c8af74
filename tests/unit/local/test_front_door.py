"""What arrives at the base URL reaches HTTP APIs and nothing else, in the form that AWS would give it."""

import json
from pathlib import Path
from typing import Any

import pytest
from infra.local.front_door import BODY_BYTES_MAX, FrontDoor, Message, Receive, RouteTable, Scope, Send, compile_pattern
from tests.factories.coroutines import awaited

FRONT_PORT = 8400
EMULATOR_PORT = 4566


class RecordingEmulator:
    """An ASGI application that keeps what it was asked and answers a given status."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.scopes: list[Scope] = []
        self.body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] != "http":
            return
        while True:
            message = await receive()
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        await send({"type": "http.response.start", "status": self.status, "headers": [(b"x-own", b"kept")]})
        await send({"type": "http.response.body", "body": b"from the function"})


class Reply:
    def __init__(self, messages: list[Message]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = dict(messages[0]["headers"])
        self.body = b"".join(message.get("body", b"") for message in messages[1:])


@pytest.fixture
def table(tmp_path: Path) -> RouteTable:
    path = tmp_path / "routes.json"
    path.write_text(json.dumps([["/v1/filings/*", "filings1"], ["*", "platform1"]]))
    return RouteTable(path)


def request(path: str, *, headers: dict[str, str] | None = None, port: int = FRONT_PORT, kind: str = "http") -> Scope:
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return {
        "type": kind,
        "method": "POST",
        "path": path,
        "raw_path": path.replace(" ", "%20").encode(),
        "query_string": b"q=1",
        "headers": raw,
        "server": ("127.0.0.1", port),
        "client": ("192.0.2.7", 50000),
    }


def call(door: FrontDoor, scope: Scope, chunks: tuple[bytes, ...] = (b"",)) -> list[Message]:
    sent: list[Message] = []
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    awaited(door(scope, receive, send))
    return sent


@pytest.mark.parametrize(
    ("path", "api_id"),
    [
        ("/v1/filings/asks", "filings1"),
        ("/v1/filings", "platform1"),
        ("/v1/filingsX/a", "platform1"),
        ("/", "platform1"),
    ],
)
def test_a_path_reaches_the_api_of_the_first_pattern_that_fits(table: RouteTable, path: str, api_id: str) -> None:
    emulator = RecordingEmulator()
    reply = Reply(call(FrontDoor(emulator, FRONT_PORT, table), request(path)))
    assert emulator.scopes[0]["path"] == f"/_aws/execute-api/{api_id}{path}"
    assert (reply.status, reply.headers[b"x-own"], reply.body) == (200, b"kept", b"from the function")


def test_escapes_in_the_raw_path_stay(table: RouteTable) -> None:
    emulator = RecordingEmulator()
    call(FrontDoor(emulator, FRONT_PORT, table), request("/v1/filings/a b"))
    assert emulator.scopes[0]["raw_path"] == b"/_aws/execute-api/filings1/v1/filings/a%20b"


def test_a_caller_can_neither_name_the_emulators_services_nor_forge_an_address(table: RouteTable) -> None:
    emulator = RecordingEmulator()
    forged = {
        "host": "abc.execute-api.localhost",
        "x-forwarded-for": "10.0.0.1",
        "x-amz-target": "secretsmanager.ListSecrets",
        "x-ministack-invoke-depth": "9",
        "authorization": "Bearer key",
        "x-request-id": "kept",
    }
    call(FrontDoor(emulator, FRONT_PORT, table), request("/_ministack/health", headers=forged))
    seen = dict(emulator.scopes[0]["headers"])
    assert emulator.scopes[0]["path"] == "/_aws/execute-api/platform1/_ministack/health"
    assert seen == {
        b"host": b"127.0.0.1:8400",
        b"x-forwarded-for": b"192.0.2.7",
        b"x-forwarded-proto": b"http",
        b"authorization": b"Bearer key",
        b"x-request-id": b"kept",
    }


def problem(reply: Reply) -> dict[str, Any]:
    assert reply.headers[b"content-type"] == b"application/problem+json"
    parsed: dict[str, Any] = json.loads(reply.body)
    assert parsed["status"] == reply.status
    return parsed


def test_a_declared_body_above_six_megabytes_is_refused_unread(table: RouteTable) -> None:
    emulator = RecordingEmulator()
    scope = request("/v1/filings/asks", headers={"content-length": str(BODY_BYTES_MAX + 1)})
    reply = Reply(call(FrontDoor(emulator, FRONT_PORT, table), scope))
    assert problem(reply)["status"] == 413
    assert emulator.scopes == []


def test_a_body_without_a_length_is_refused_when_it_grows_too_large(table: RouteTable) -> None:
    half = b"x" * (BODY_BYTES_MAX // 2 + 1)
    reply = Reply(call(FrontDoor(RecordingEmulator(), FRONT_PORT, table), request("/v1/filings/asks"), (half, half)))
    assert problem(reply)["status"] == 413


def test_a_body_of_exactly_six_megabytes_passes(table: RouteTable) -> None:
    emulator = RecordingEmulator()
    scope = request("/v1/filings/asks", headers={"content-length": str(BODY_BYTES_MAX)})
    reply = Reply(call(FrontDoor(emulator, FRONT_PORT, table), scope, (b"x" * BODY_BYTES_MAX,)))
    assert reply.status == 200
    assert len(emulator.body) == BODY_BYTES_MAX


def test_without_routes_the_answer_is_a_problem(tmp_path: Path) -> None:
    door = FrontDoor(RecordingEmulator(), FRONT_PORT, RouteTable(tmp_path / "none.json"))
    assert problem(Reply(call(door, request("/health"))))["title"] == "Not Found"


def test_a_failed_function_looks_as_it_does_behind_an_http_api(table: RouteTable) -> None:
    reply = Reply(call(FrontDoor(RecordingEmulator(status=502), FRONT_PORT, table), request("/health")))
    assert (reply.status, json.loads(reply.body)) == (500, {"message": "Internal Server Error"})


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_every_other_status_passes_unchanged(table: RouteTable, status: int) -> None:
    reply = Reply(call(FrontDoor(RecordingEmulator(status=status), FRONT_PORT, table), request("/health")))
    assert (reply.status, reply.body) == (status, b"from the function")


def test_the_emulators_own_port_passes_untouched(table: RouteTable) -> None:
    emulator = RecordingEmulator()
    scope = request("/_ministack/health", headers={"x-amz-target": "x"}, port=EMULATOR_PORT)
    call(FrontDoor(emulator, FRONT_PORT, table), scope)
    assert emulator.scopes == [scope]


def test_the_base_url_takes_no_websocket(table: RouteTable) -> None:
    emulator = RecordingEmulator()
    sent = call(FrontDoor(emulator, FRONT_PORT, table), request("/v1/filings/x", kind="websocket"))
    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert emulator.scopes == []


def test_new_routes_are_seen_without_a_restart(table: RouteTable) -> None:
    assert table.find_api("/v1/filings/asks") == "filings1"
    replacement = table.path.with_suffix(".new")
    replacement.write_text(json.dumps([["*", "other"]]))
    replacement.replace(table.path)
    assert table.find_api("/v1/filings/asks") == "other"


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/v1/*", "/v1/a/b", True),
        ("/v1/*", "/V1/a", False),
        ("/v?/x", "/v1/x", True),
        ("/v?/x", "/v12/x", False),
        ("/a.b", "/aXb", False),
        ("/[a]", "/a", False),
        ("*", "/line\nbreak", True),
    ],
)
def test_patterns_mean_what_they_mean_to_cloudfront(pattern: str, path: str, fits: bool) -> None:
    assert bool(compile_pattern(pattern).fullmatch(path)) is fits
