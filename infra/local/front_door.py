"""One base URL in front of the products' HTTP APIs, as the CloudFront distribution of ``edge.yaml`` is on AWS.

It runs inside the emulator's process as an ASGI wrapper: what arrives on its own port can reach HTTP APIs only, never
the emulator's AWS endpoints; what arrives on the emulator's port passes untouched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_BYTES_MAX = 6 * 1024 * 1024
"""A Lambda function's request limit, which the emulator does not keep."""
BAD_GATEWAY = 502
PREFIX = "/_aws/execute-api"
HIDDEN_HEADERS = ("x-ministack-", "x-forwarded-", "x-amz-", "host")
"""What steers the emulator, or what only the front door may say about the caller."""
INTERNAL_ERROR = json.dumps({"message": "Internal Server Error"}).encode()


@dataclass(frozen=True, slots=True)
class Route:
    """Send paths that fit a CloudFront path pattern to one HTTP API."""

    pattern: re.Pattern[str]
    api_id: str


def compile_pattern(path_pattern: str) -> re.Pattern[str]:
    """Translate a CloudFront path pattern: ``*`` is any run of characters, ``?`` exactly one, case counts."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(character) or re.escape(character) for character in path_pattern), re.DOTALL)


@dataclass(slots=True)
class RouteTable:
    """Hold the routes of a JSON file ``[[pattern, api id], …]`` in order of precedence, read again when it changes."""

    path: Path
    _version: tuple[int, int] = (0, 0)
    _routes: tuple[Route, ...] = ()

    def find_api(self, request_path: str) -> str | None:
        """Return the id of the API that serves a path, else None."""
        self._refresh()
        return next((route.api_id for route in self._routes if route.pattern.fullmatch(request_path)), None)

    def _refresh(self) -> None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self._routes = ()
            return
        version = (status.st_mtime_ns, status.st_ino)
        if version != self._version:
            pairs = json.loads(self.path.read_text(encoding="utf-8"))
            self._routes = tuple(Route(compile_pattern(pattern), api_id) for pattern, api_id in pairs)
            self._version = version


class BodyTooLargeError(Exception):
    """A request without a declared length grew past the limit."""


@dataclass(slots=True)
class FrontDoor:
    """Wrap the emulator's application."""

    emulator: Application
    port: int
    table: RouteTable
    own_host: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.own_host = f"127.0.0.1:{self.port}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan" or not scope.get("server") or scope["server"][1] != self.port:
            await self.emulator(scope, receive, send)
        elif scope["type"] == "http":
            await self._forward(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        api_id = self.table.find_api(scope["path"])
        if api_id is None:
            await _problem(send, 404, "Not Found", "No product serves this path.")
            return
        if _declared_length(scope) > BODY_BYTES_MAX:
            await _problem(send, 413, "Content Too Large", f"A request body may have {BODY_BYTES_MAX} bytes.")
            return
        reply = _Reply(send)
        try:
            await self.emulator(self._for_emulator(scope, api_id), _limited(receive), reply)
        except BodyTooLargeError:
            await _problem(send, 413, "Content Too Large", f"A request body may have {BODY_BYTES_MAX} bytes.")

    def _for_emulator(self, scope: Scope, api_id: str) -> Scope:
        prefix = f"{PREFIX}/{api_id}"
        client = (scope.get("client") or ("127.0.0.1", 0))[0]
        kept = [(name, value) for name, value in scope["headers"] if not _hidden(name)]
        own = [(b"host", self.own_host), (b"x-forwarded-for", client.encode()), (b"x-forwarded-proto", b"http")]
        raw_path = scope.get("raw_path") or scope["path"].encode()
        inner = dict(scope)
        inner.update(path=prefix + scope["path"], raw_path=prefix.encode() + raw_path, headers=[*kept, *own])
        return inner


class _Reply:
    """Pass a reply on; an integration's failure is what an HTTP API shows of it."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.failed = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == BAD_GATEWAY:
            self.failed = True
            await _answer(self.send, 500, b"application/json", INTERNAL_ERROR)
        elif not self.failed:
            await self.send(message)


def _hidden(name: bytes) -> bool:
    lowered = name.decode("latin-1").lower()
    return any(lowered.startswith(hidden) for hidden in HIDDEN_HEADERS)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return 0


def _limited(receive: Receive) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > BODY_BYTES_MAX:
            raise BodyTooLargeError
        return message

    return limited


async def _problem(send: Send, status: int, title: str, detail: str) -> None:
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
    await _answer(send, status, b"application/problem+json", body)


async def _answer(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
