"""Send one request to a customer's URL: to a checked address, without redirects or proxies, under one total deadline.

httpcore instead of httpx: its network backend decides where a connection goes and how long each read may last, and
nothing of the environment (proxies, netrc, cookies) has a say.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import httpcore

from auspex.core.egress import Destination, EgressError, EgressRules, Resolve, find_addresses, resolve_by_system
from auspex.core.limits import EGRESS_RESPONSE_BYTES_MAX

Connect = Callable[[str, int, float], httpcore.NetworkStream]
"""Opens a TCP connection to an address and port within so many seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; its body is read up to a cap, and not kept."""

    status: int
    headers: dict[str, str]


def connect_by_system(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    """Open a TCP connection."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)


@dataclass(frozen=True, slots=True)
class Sender:
    """Posts to customers' URLs; the ports are there for tests of what a name may do between two lookups."""

    rules: EgressRules
    resolve: Resolve = resolve_by_system
    connect: Connect = connect_by_system
    tls: ssl.SSLContext | None = None

    def post(self, destination: Destination, *, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        """Send a body and return the answer, whatever its status. Raises EgressError; redirects are answers."""
        deadline = time.monotonic() + seconds
        addresses = _within(deadline, lambda: find_addresses(destination, self.rules, resolve=self.resolve))
        backend = _CheckedBackend(addresses, deadline, self.connect)
        pool = httpcore.ConnectionPool(
            ssl_context=self.tls, max_connections=1, retries=0, http2=False, network_backend=backend
        )  # without a context of its own httpcore trusts certifi's authorities
        url = httpcore.URL(
            scheme=destination.scheme.encode(), host=destination.host.encode(), port=destination.port,
            target=destination.target.encode(),
        )  # fmt: skip
        given = {"host": destination.host_header, "content-length": str(len(body)), "connection": "close", **headers}
        try:
            with pool, pool.stream("POST", url, headers=list(given.items()), content=body) as reply:
                _discard(reply.iter_stream())
                return Answer(reply.status, {k.decode().lower(): v.decode("latin-1") for k, v in reply.headers})
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            _raise_as_egress(error)


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to the checked addresses in turn, whatever host it is asked for."""

    def __init__(self, addresses: list[str], deadline: float, connect: Connect) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._connect = connect

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the name was resolved already; it serves for TLS alone
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature; the deadline rules
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.NetworkStream:
        for index, address in enumerate(self._addresses):
            share = _remaining(self._deadline) / (len(self._addresses) - index)  # a silent one leaves time to others
            try:
                return _DeadlineStream(self._connect(address, port, share), self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == self._addresses[-1]:
                    raise
        raise httpcore.ConnectError("no address")


class _DeadlineStream(httpcore.NetworkStream):
    """Gives every operation what is left of the total, so that a slow drip ends as surely as silence."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - httpcore's signature; the deadline rules
        return self._stream.read(max_bytes, _remaining(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - httpcore's signature
        self._stream.write(buffer, _remaining(self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature; the deadline rules
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, _remaining(self._deadline))
        return _DeadlineStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left


def _discard(pieces: Iterable[bytes]) -> None:
    """Read a body up to the cap; what lies beyond is left unread, and the connection is closed."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > EGRESS_RESPONSE_BYTES_MAX:
            return


def _within(deadline: float, find: Callable[[], list[str]]) -> list[str]:
    """Run a lookup that knows no timeout of its own, in a thread that is left behind when it takes too long."""
    found: list[list[str]] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            found.append(find())
        except Exception as error:  # noqa: BLE001 - raised again by the thread that waits
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if failed:
        raise failed[0]
    if not found:
        raise EgressError("timeout", "the name did not resolve in time")
    return found[0]


def _raise_as_egress(error: Exception) -> NoReturn:
    """Say in our few words what went wrong; the library's own text may tell more than a customer should read."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, TimeoutError):
            raise EgressError("tls-failed", "no trusted TLS connection") from error
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpcore.TimeoutException() | TimeoutError():
            raise EgressError("timeout", "no answer within the deadline") from error
        case httpcore.ProtocolError():
            raise EgressError("protocol-error", "the answer is not HTTP") from error
        case _:
            raise EgressError("connection-failed", "the connection failed") from error
