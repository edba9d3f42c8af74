"""HTTP under one deadline: connecting, TLS, sending and every byte read count against it, and the bytes are capped.

A time-out per read does not end a reply that drips one byte a second; this does.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0


class ReplyTooLargeError(httpcore.ReadError):
    """A provider sent more than the cap."""


class _Stream(httpcore.NetworkStream):
    """A connection that knows when it must be over."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float, bytes_max: int) -> None:
        self._stream = stream
        self._deadline = deadline
        self._bytes_left = bytes_max

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, _left(self._deadline, timeout, httpcore.ReadTimeout))
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise ReplyTooLargeError("the reply exceeds the cap")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline, self._bytes_left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens connections that all end at one deadline."""

    def __init__(self, deadline: float, bytes_max: int) -> None:
        self._real = httpcore.SyncBackend()
        self._deadline = deadline
        self._bytes_max = bytes_max

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        stream = self._real.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline, self._bytes_max)

    def sleep(self, seconds: float) -> None:
        self._real.sleep(seconds)


class _Transport(httpx.HTTPTransport):
    """httpx's own transport over connections with a deadline; one connection, never kept alive."""

    def __init__(self, deadline: float, bytes_max: int) -> None:
        super().__init__()
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=1,
            max_keepalive_connections=0,
            network_backend=_Backend(deadline, bytes_max),
        )


def open_client(*, deadline: float, bytes_max: int) -> httpx.Client:
    """Return a client whose every exchange is over at `deadline` (of `time.monotonic()`); proxies are not asked."""
    return httpx.Client(
        transport=_Transport(deadline, bytes_max),
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )


def _left(deadline: float, timeout: float | None, kind: type[httpcore.TimeoutException]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise kind("the deadline is over")
    return left if timeout is None else min(timeout, left)
