"""The HTTP half. Whatever comes outside `/__…` is caught, verified and answered as scripted; `/__…` steers and watches.

`GET /__received[?path=PREFIX]` what came, `DELETE` forgets · `POST /__secrets {path, secrets}` verifies a path ·
`POST /__answers {path_prefix, status, times, retry_after, location, delay_seconds, reset}` scripts, `GET`, `DELETE` ·
`GET /__mail[?to=ADDRESS]` mails, `DELETE` forgets · `POST /__mail_answers {path_prefix: recipient, status: SMTP code}`,
`GET`, `DELETE` · `GET /__health`.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.catcher.answers import Answer, Answers
from infra.local.catcher.received import Received

BODY_BYTES_MAX = 1_048_576
IDLE_SECONDS = 30


class Receiver(ThreadingHTTPServer):
    """A loopback HTTP server that keeps what it gets; port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, received: Received, *, port: int, smtp_port: int, mail_answers: Answers) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.received = received
        self.answers = Answers()
        self.mail_answers = mail_answers
        self.smtp_port = smtp_port
        self.ending = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """The address of its root."""
        return f"http://127.0.0.1:{self.port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that went away pass; show anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"
    server_version = "AuspexCatcher"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        """Answer a control path, or catch what should not come: a followed redirect, say."""
        self._control("GET") if self.path.startswith("/__") else self._catch()

    def do_POST(self) -> None:
        """Catch a request, or answer a control path."""
        self._control("POST") if self.path.startswith("/__") else self._catch()

    def do_PUT(self) -> None:
        """Catch a request."""
        self._catch()

    def do_DELETE(self) -> None:
        """Answer a control path."""
        self._control("DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Stay silent: `/__received` is the log."""

    def _catch(self) -> None:
        body = self._read()
        if body is None:
            self._reply(413, b'{"error": "too large"}\n')
            return
        self.server.received.keep_request(self.command, self.path, dict(self.headers.items()), body)
        answer = self.server.answers.take(self.path)
        if answer.delay_seconds:
            self.server.ending.wait(answer.delay_seconds)
        if answer.reset:
            self._reset()
            return
        headers = {"Retry-After": answer.retry_after, "Location": answer.location}
        self._reply(answer.status, answer.body.encode(), {k: v for k, v in headers.items() if v is not None})

    def _reset(self) -> None:
        """End the connection with a TCP reset instead of an answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        with contextlib.suppress(OSError):
            self.connection.close()

    def _read(self) -> bytes | None:
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            return None
        return self.rfile.read(int(length))

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _control(self, method: str) -> None:
        parts = urlsplit(self.path)
        wanted = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        try:
            status, answer = self._steer(method, parts.path, wanted, self._json() if method == "POST" else None)
        except ValueError as error:
            status, answer = 400, {"error": str(error)}
        self._reply(status, (json.dumps(answer, indent=1) + "\n").encode())

    def _steer(self, method: str, path: str, wanted: dict[str, str], given: Any) -> tuple[int, Any]:
        received = self.server.received
        scripts = {"/__answers": self.server.answers, "/__mail_answers": self.server.mail_answers}
        status: int = 200
        answer: Any = None
        match method, path:
            case "GET", "/__health":
                answer = {"ready": True, "smtp_port": self.server.smtp_port}
            case "GET", "/__received":
                answer = received.requests(wanted.get("path", ""))
            case "DELETE", "/__received":
                received.forget_requests()
            case "GET", "/__mail":
                answer = received.mails(wanted.get("to", ""))
            case "DELETE", "/__mail":
                received.forget_mails()
            case "POST", "/__secrets":
                received.know_secrets(*_secrets_of(given))
            case "POST", "/__answers" | "/__mail_answers":
                scripts[path].arm(Answer.of(given))
            case "GET", "/__answers" | "/__mail_answers":
                answer = scripts[path].listed()
            case "DELETE", "/__answers" | "/__mail_answers":
                scripts[path].clear()
            case _:
                status, answer = 404, {"error": f"no control path {method} {path}"}
        return status, [] if answer is None else answer

    def _json(self) -> Any:
        body = self._read()
        return json.loads(body or b"null")


def _secrets_of(given: Any) -> tuple[str, list[str]]:
    """Read `{path, secrets}`. Raises ValueError."""
    if not isinstance(given, dict) or not isinstance(given.get("path"), str):
        raise ValueError("give path and secrets")  # noqa: TRY004 - it is the caller's value that is wrong
    secrets = given.get("secrets")
    if not isinstance(secrets, list) or not all(isinstance(secret, str) for secret in secrets):
        raise ValueError("secrets is a list of texts")
    return given["path"], secrets
