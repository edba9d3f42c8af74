"""A real HTTP server on a loopback port that answers as its script says and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROBLEM = "application/problem+json"
DRIP_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Scripted:
    """One answer; `breaks` ends the connection `before` any byte of it or `within`, or `drips` it."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    breaks: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def reply(data: Any, *, status: int = 200, meta: dict[str, Any] | None = None, **headers: str) -> Scripted:
    """A reply of ours."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Scripted(status, {"data": data, "meta": {"request_id": "r-1", **(meta or {})}}, named)


def page(rows: list[Any], next_cursor: str | None) -> Scripted:
    """A page of ours."""
    body = {"data": rows, "has_more": next_cursor is not None, "next_cursor": next_cursor, "meta": {"request_id": "r"}}
    return Scripted(200, body)


def problem(status: int, code: str, *, retry_after: str | None = None, **members: Any) -> Scripted:
    """A refusal of ours."""
    document = {
        "type": f"https://docs/{code}",
        "title": code,
        "status": status,
        "detail": f"about {code}",
        "code": code,
    }
    return Scripted(status, document | members, {} if retry_after is None else {"retry-after": retry_after}, PROBLEM)


class ScriptedServer(ThreadingHTTPServer):
    """Answers request n with script entry n; a request beyond the script gets a 599, which no test expects."""

    daemon_threads = True

    def __init__(self, script: list[Scripted]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.received: list[Received] = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: ScriptedServer
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        own = Received(
            self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length)
        )
        with self.server.lock:
            number = len(self.server.received)
            self.server.received.append(own)
        entry = self.server.script[number] if number < len(self.server.script) else Scripted(599, "beyond the script")
        content = entry.body if isinstance(entry.body, bytes) else json.dumps(entry.body).encode()
        if entry.breaks == "before":
            self.reset()
            return
        self.send_response(entry.status)
        self.send_header("content-type", entry.media_type)
        self.send_header("content-length", str(len(content)))
        for name, value in entry.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if entry.breaks == "drips":
            for byte in content:
                if self.server.stopping.wait(DRIP_SECONDS):
                    return
                self.wfile.write(bytes([byte]))
            return
        if entry.breaks == "within":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.reset()
            return
        self.wfile.write(content)

    def reset(self) -> None:
        """End the connection with a reset, as a crashed process or a dropped address translation does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
        self.wfile = _Nowhere()  # type: ignore[assignment] # the handler flushes once more at its end

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


class _Nowhere:
    closed = False

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self.closed = True


@contextmanager
def serving(*script: Scripted) -> Iterator[ScriptedServer]:
    """Serve a script for the block."""
    server = ScriptedServer(list(script))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True)
class Timekeeper:
    """A clock that only sleeping moves, and what was slept."""

    at: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)
