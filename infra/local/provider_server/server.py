"""The HTTP server: one thread per connection, faults on the wire, control routes."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.provider_server.bodies import ERRORS, WIRE_KINDS, completion, compose_answer, prompt_of, spoiled
from infra.local.provider_server.script import Fault, PreparedAnswer, Script, ScriptError

PROVIDERS = ("openai", "gemini", "groq", "cloudflare", "huggingface")
KEY_PREFIX = "local-key-"
BODY_BYTES_MAX = 8_388_608
DRIP_SECONDS = 0.05
CORRUPT = b'{"id": "chatcmpl-local", "choices": [{"message": {"role": "assi'
HTML = b"<!doctype html><html><body>Please sign in</body></html>"


class ProviderServer(ThreadingHTTPServer):
    """A loopback HTTP server that plays five providers; port 0 takes a free one."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, *, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.script = Script()
        self.ending = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def base_url(self, provider: str) -> str:
        """Return the base URL that a client of this provider is configured with."""
        return f"http://127.0.0.1:{self.port}/{provider}"

    def shutdown(self) -> None:
        """Stop serving; a reply that hangs or drips ends too."""
        self.ending.set()
        super().shutdown()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that went away pass; show anything else."""
        import sys  # noqa: PLC0415 - only needed for the exception at hand

        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def provider_settings(base: str) -> dict[str, str]:
    """Return what the providers' secret holds for a server at `base` (no slash at its end): keys, models, addresses."""
    names = {
        "openai": "OPENAI_API_KEY", "gemini": "GEMINI_API_KEY", "groq": "GROQ_API_KEY",
        "cloudflare": "CLOUDFLARE_API_TOKEN", "huggingface": "HF_TOKEN",
    }  # fmt: skip
    found = {"CLOUDFLARE_ACCOUNT_ID": "local"}
    for provider in PROVIDERS:
        found[names[provider]] = KEY_PREFIX + provider
        found[f"AUSPEX_MODEL_{provider.upper()}"] = f"local-{provider}-model"
        found[f"AUSPEX_BASE_URL_{provider.upper()}"] = f"{base}/{provider}"
    return found


class _Handler(BaseHTTPRequestHandler):
    server: ProviderServer
    protocol_version = "HTTP/1.1"
    server_version = "AuspexProviders"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Answer the list of models, or a control route."""
        provider, path = self._address()
        if self.path.startswith("/__"):
            self._control("GET", b"")
        elif provider is None or path != "models":
            self._reply(404, {"error": {"message": "no such path"}})
        else:
            self._serve(provider, "models", {})

    def do_POST(self) -> None:
        """Answer a chat completion, or a control route."""
        body = self.rfile.read(min(int(self.headers.get("content-length") or 0), BODY_BYTES_MAX))
        provider, path = self._address()
        if self.path.startswith("/__"):
            self._control("POST", body)
        elif provider is None or path != "chat/completions":
            self._reply(404, {"error": {"message": "no such path"}})
        else:
            self._serve(provider, "chat", json.loads(body))

    def do_DELETE(self) -> None:
        """Answer a control route."""
        self._control("DELETE", b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Stay silent: `/__requests` is the log."""

    def _address(self) -> tuple[str | None, str]:
        provider, _, path = self.path.strip("/").partition("/")
        return (provider if provider in PROVIDERS else None), path.partition("?")[0]

    def _serve(self, provider: str, path: str, request: dict[str, Any]) -> None:
        if self.headers.get("authorization") != f"Bearer {KEY_PREFIX}{provider}":
            self._error("unauthorized", None, provider, path)
            return
        fault = self.server.script.take_fault(provider, path)
        if fault is not None and fault.kind in ERRORS:
            self._error(fault.kind, fault.retry_after, provider, path)
            return
        answer: Any = {"object": "list", "data": [{"id": f"local-{provider}-model", "object": "model"}]}
        if path == "chat":
            text = self.server.script.take_answer(provider, prompt_of(request)) or compose_answer(request)
            whole = fault is None or fault.kind in WIRE_KINDS
            answer = completion(text, request) if whole else spoiled(fault.kind if fault else "", text, request)
        self._deliver(provider, path, json.dumps(answer).encode(), fault)

    def _deliver(self, provider: str, path: str, body: bytes, fault: Fault | None) -> None:
        kind = fault.kind if fault is not None else None
        self.server.script.log(provider, path, 0 if kind in {"timeout", "reset"} else 200, kind)
        match kind:
            case "timeout":
                self.server.ending.wait(fault.delay_seconds if fault else 0)
                self.close_connection = True
            case "reset":
                self._reset()
            case "slow_drip":
                self._drip(body, fault.delay_seconds if fault else 0)
            case "truncated":
                self._head(200, "application/json", len(body), {})
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            case "corrupt_json":
                self._send(200, "application/json", CORRUPT, {})
            case "html":
                self._send(200, "text/html", HTML, {})
            case _:
                self._send(200, "application/json", body, {})

    def _drip(self, body: bytes, seconds: float) -> None:
        """Send the body byte by byte, never silent for long, over at least `seconds`."""
        self._head(200, "application/json", len(body), {})
        pause = max(DRIP_SECONDS, seconds / max(1, len(body)))
        for at in range(len(body)):
            if self.server.ending.wait(pause):
                break
            self.wfile.write(body[at : at + 1])
            self.wfile.flush()
        self.close_connection = True

    def _reset(self) -> None:
        """End the connection with a TCP reset instead of an answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        with contextlib.suppress(OSError):
            self.connection.close()

    def _error(self, kind: str, retry_after: int | None, provider: str, path: str) -> None:
        status, body, headers = ERRORS[kind]
        self.server.script.log(provider, path, status, kind)
        given = headers | ({} if retry_after is None else {"retry-after": str(retry_after)})
        if isinstance(body, str):
            self._send(status, "text/html", body.encode(), given)
        else:
            self._send(status, "application/json", json.dumps(body).encode(), given)

    def _control(self, method: str, body: bytes) -> None:
        script = self.server.script
        try:
            match method, self.path:
                case "GET", "/__health":
                    self._reply(200, {"ready": True, "providers": list(PROVIDERS)})
                case "POST", "/__faults":
                    script.arm(Fault.of(json.loads(body)))
                    self._reply(201, script.summary())
                case "POST", "/__answers":
                    script.prepare(PreparedAnswer.of(json.loads(body)))
                    self._reply(201, script.summary())
                case "GET", "/__requests" | "/__faults":
                    self._reply(200, script.summary())
                case "DELETE", "/__faults" | "/__requests" | "/__answers":
                    script.clear()
                    self._reply(200, script.summary())
                case _:
                    self._reply(404, {"error": f"no control path {method} {self.path}"})
        except (ScriptError, json.JSONDecodeError) as error:
            self._reply(400, {"error": str(error)})

    def _reply(self, status: int, document: Any) -> None:
        self._send(status, "application/json", (json.dumps(document) + "\n").encode(), {})

    def _send(self, status: int, content_type: str, body: bytes, headers: dict[str, str]) -> None:
        self._head(status, content_type, len(body), headers)
        self.wfile.write(body)

    def _head(self, status: int, content_type: str, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
