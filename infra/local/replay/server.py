"""The HTTP process. `/www/…` and `/data/…` are EDGAR's two hosts; `/__…` steers and watches the server.

`POST /__faults` arms a fault, `GET` lists, `DELETE` clears; `GET /__requests` counts, `DELETE` starts anew;
`GET /__health` tells that it is ready and what it serves; `/__filing_day` begins, moves and shows a simulated day.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.replay.day import SimulatedDay
from infra.local.replay.faults import Fault, Faults, RequestLog
from infra.local.replay.sports import SportsReplay, SportsReply
from infra.local.replay.store import Store, Stored

NOT_RECORDED = 599
CONTROL_BODY_BYTES_MAX = 64 * 1024
IDLE_SECONDS = 30
SLOW_PIECES = 8
SPORTS_PREFIXES = ("/football/", "/odds/")
NO_RECORDINGS = SportsReply(404, "text/plain", b"no recordings of results\n")

_DECLARED = re.compile(r".*\S+ \S+@\S+\.\S+")
_RATE_PAGE = (
    b"<!DOCTYPE html>\n<!-- sample: true. Written for Auspex after EDGAR's page of this meaning. -->\n"
    b"<html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body>"
    b"<h1>Request Rate Threshold Exceeded</h1><p>sample: true. Your request rate has exceeded the allowed maximum "
    b"of requests per second; access resumes after a quiet period.</p></body></html>\n"
)
_IDENTITY_PAGE = (
    b"<!DOCTYPE html>\n<!-- sample: true. Written for Auspex after EDGAR's page of this meaning. -->\n"
    b"<html><head><title>SEC.gov | Your Request Originates from an Undeclared Automated Tool</title></head><body>"
    b"<h1>Your Request Originates from an Undeclared Automated Tool</h1><p>sample: true. Declare your traffic in the "
    b"user agent: company name and contact address.</p></body></html>\n"
)
_PAGES = {
    "403": (403, "text/html", _RATE_PAGE),
    "429": (429, "text/html", _RATE_PAGE),
    "identity": (403, "text/html", _IDENTITY_PAGE),
    "404": (
        404,
        "application/xml",
        b"<!-- sample: true -->\n<Error><Code>NoSuchKey</Code></Error>\n",
    ),
    "500": (500, "text/html", b"<!-- sample: true --><html><body>Internal server error</body></html>\n"),
    "html": (
        200,
        "text/html",
        b"<!DOCTYPE html>\n<!-- sample: true --><html><body>Down for maintenance</body></html>\n",
    ),
    "503": (503, "text/html", b"<!-- sample: true --><html><body>Service temporarily unavailable</body></html>\n"),
}


class ReplayServer(ThreadingHTTPServer):
    """A loopback HTTP server over one store; port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, store: Store, *, port: int, recorded: bool, sports: SportsReplay | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.store = store
        self.sports = sports
        self.recorded = recorded
        self.day = SimulatedDay(store)
        self.faults = Faults()
        self.log = RequestLog()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that went away pass; show anything else."""
        import sys  # noqa: PLC0415 - only needed for the exception at hand

        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: ReplayServer
    protocol_version = "HTTP/1.1"
    server_version = "AuspexReplay"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        """Answer a recording or a control path."""
        if self.path.startswith("/__"):
            self._control("GET")
        else:
            self._edgar()

    def do_HEAD(self) -> None:
        """Answer as GET would, without the body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Answer a control path; EDGAR takes no POST here."""
        self._control("POST")

    def do_DELETE(self) -> None:
        """Answer a control path."""
        self._control("DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Stay silent: `/__requests` is the log."""

    def _edgar(self) -> None:
        self.server.log.arrived(self.path)
        if not _DECLARED.fullmatch(self.headers.get("user-agent", "")):
            self._page("identity")
            return
        fault = self.server.faults.take(self.path)
        if fault is not None and fault.kind in _PAGES:
            self._page(fault.kind, fault.retry_after)
            return
        if fault is not None and fault.kind == "reset":
            self._reset()
            return
        if self.path.startswith(SPORTS_PREFIXES):
            self._sports(fault)
            return
        of_day = self.server.day.answer(self.path)
        stored = self.server.store.answer(self.path) if of_day is None else of_day.stored
        if stored is None:
            self._reply(NOT_RECORDED, "text/plain", b"not recorded: " + self.path.encode() + b"\n")
        elif stored.status == HTTPStatus.OK and self.headers.get("if-none-match") == stored.etag:
            self._reply(304, stored.content_type, b"", {"ETag": stored.etag})
        else:
            self._stored(stored, fault)

    def _sports(self, fault: Fault | None) -> None:
        """Answer as a source of results and odds; `cut` and `truncated` break a file within and against its length."""
        names = ("if-none-match", "if-modified-since")
        sports = self.server.sports
        reply = sports.answer(self.path, {name: self.headers.get(name) for name in names}) if sports else NO_RECORDINGS
        whole = reply.body if fault is None or fault.kind != "cut" else reply.body[: len(reply.body) * 2 // 3]
        if fault is None or fault.kind != "truncated":
            self._reply(reply.status, reply.content_type, whole, reply.headers)
            return
        self._head(reply.status, reply.content_type, len(whole), reply.headers)
        self.wfile.write(whole[: len(whole) // 2])
        self.close_connection = True
        self.server.log.answered(reply.status)

    def _stored(self, stored: Stored, fault: Fault | None) -> None:
        headers = {"ETag": stored.etag, "X-Auspex-Source": stored.source, "Vary": "Accept-Encoding"}
        body = stored.body
        if stored.packed is not None and "gzip" in self.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = stored.packed, "gzip"
        if fault is None:
            self._reply(stored.status, stored.content_type, body, headers)
            return
        self._head(stored.status, stored.content_type, len(body), headers)
        if fault.kind == "truncated":
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self._drip(body, fault.delay_seconds)
        self.server.log.answered(stored.status)

    def _drip(self, body: bytes, delay_seconds: float) -> None:
        """Send the body in pieces, with pauses that add up to the delay."""
        step = max(1, -(-len(body) // SLOW_PIECES))
        for at in range(0, len(body), step):
            time.sleep(delay_seconds / SLOW_PIECES)
            self.wfile.write(body[at : at + step])
            self.wfile.flush()

    def _page(self, kind: str, retry_after: int | None = None) -> None:
        status, content_type, body = _PAGES[kind]
        self._reply(status, content_type, body, {} if retry_after is None else {"Retry-After": str(retry_after)})

    def _reset(self) -> None:
        """End the connection with a TCP reset instead of an answer."""
        self.server.log.answered(0)
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        with contextlib.suppress(OSError):
            self.connection.close()

    def _reply(self, status: int, content_type: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self._head(status, content_type, len(body), headers or {})
        if self.command != "HEAD":
            self.wfile.write(body)
        if not self.path.startswith("/__"):
            self.server.log.answered(status)

    def _head(self, status: int, content_type: str, length: int, headers: dict[str, str]) -> None:
        self.send_response(status, "Not Recorded" if status == NOT_RECORDED else None)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _control(self, method: str) -> None:
        faults, log = self.server.faults, self.server.log
        answer: object = None
        status = 200
        match method, self.path:
            case "GET", "/__health":
                answer = {"ready": True, "recorded": self.server.recorded, "paths": len(self.server.store)}
            case "GET", "/__faults":
                answer = faults.listed()
            case "POST", "/__faults":
                status, answer = self._arm()
            case "DELETE", "/__faults":
                faults.clear()
                answer = []
            case "GET", "/__requests":
                answer = log.summary()
            case "DELETE", "/__requests":
                log.clear()
                answer = log.summary()
            case "GET", "/__filing_day":
                answer = self.server.day.describe()
            case "POST", "/__filing_day":
                status, answer = self._steer_day()
            case "POST", ("/__day" | "/__revision" | "/__odds_quota") as what:
                status, answer = self._steer(what)
            case _:
                status, answer = 404, {"error": f"no control path {method} {self.path}"}
        self._reply(status, "application/json", (json.dumps(answer, indent=1) + "\n").encode())

    def _steer(self, what: str) -> tuple[int, object]:
        if self.server.sports is None:
            return 409, {"error": "there are no recordings of results"}
        try:
            return 200, self.server.sports.steer(what, self._control_body())
        except (ValueError, KeyError, TypeError) as error:
            return 400, {"error": str(error)}

    def _steer_day(self) -> tuple[int, object]:
        try:
            return 200, self.server.day.steer(self._control_body())
        except (ValueError, TypeError) as error:
            return 400, {"error": str(error)}

    def _control_body(self) -> Any:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > CONTROL_BODY_BYTES_MAX:
            self.close_connection = True
            raise ValueError("a small JSON object, please")
        return json.loads(self.rfile.read(int(length)))

    def _arm(self) -> tuple[int, object]:
        try:
            fault = Fault.of(self._control_body())
        except ValueError as error:
            return 400, {"error": str(error)}
        self.server.faults.arm(fault)
        return 201, {"armed": self.server.faults.listed()}
