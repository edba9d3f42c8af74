"""In front of a LocalStack the door speaks to each API by its own host name and mixes no callers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from infra.local.front_door import FrontDoor, Message, RouteTable
from infra.local.localstack_door import Forwarder
from tests.factories.coroutines import awaited

PORT = 8400


class Upstream(BaseHTTPRequestHandler):
    """Answers what it was asked, and sets a cookie that no other caller may send back."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        seen = {"path": self.path, "headers": dict(self.headers), "body": body.decode()}
        content = json.dumps(seen).encode()
        self.send_response(201)
        self.send_header("set-cookie", "session=first")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class names it
        return


@pytest.fixture
def door(tmp_path: Path) -> Iterator[FrontDoor]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    table = tmp_path / "routes.json"
    table.write_text(json.dumps([["*", "abc123"]]))
    yield FrontDoor(Forwarder(f"http://127.0.0.1:{server.server_port}"), PORT, RouteTable(table))
    server.shutdown()
    thread.join()
    server.server_close()


def post(door: FrontDoor, path: str, body: bytes) -> tuple[int, dict[str, object]]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path.replace("%20", " "),
        "raw_path": path.encode(),
        "query_string": b"q=a%26b",
        "headers": [(b"host", b"evil.example"), (b"content-length", str(len(body)).encode()), (b"x-request-id", b"r")],
        "server": ("127.0.0.1", PORT),
        "client": ("192.0.2.7", 1),
    }
    awaited(door(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_request_reaches_the_apis_own_host_with_path_query_and_body(door: FrontDoor) -> None:
    status, seen = post(door, "/v1/filings/a%20b", b"hello")
    headers = seen["headers"]
    assert isinstance(headers, dict)
    assert (status, seen["path"], seen["body"]) == (201, "/v1/filings/a%20b?q=a%26b", "hello")
    assert headers["host"].startswith("abc123.execute-api.localhost.localstack.cloud:")
    assert (headers["x-request-id"], headers["x-forwarded-for"]) == ("r", "192.0.2.7")


def test_one_callers_cookie_is_not_sent_for_the_next(door: FrontDoor) -> None:
    post(door, "/v1/x", b"")
    _, seen = post(door, "/v1/x", b"")
    headers = seen["headers"]
    assert isinstance(headers, dict)
    assert "cookie" not in {name.lower() for name in headers}
