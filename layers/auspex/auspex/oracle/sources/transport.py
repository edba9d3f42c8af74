"""Send requests to the sources of results and odds; nothing else in oracle talks to the network.

The answer is a body or one exception of `source_errors`. A request is tried again after 2, 8 and 30 seconds, as long as
the caller's time allows it; the addresses in errors and logs are paths without host and key.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from auspex.core.limits import SOURCE_BODY_BYTES_MAX
from auspex.core.retry_after import retry_after_seconds
from auspex.oracle.source_errors import (
    NotFoundAtSource,
    NotModified,
    SourceFault,
    SourceNotConfigured,
    SourceRefused,
    SourceUnavailable,
    SourceUnreadable,
)
from auspex.oracle.sources.budget import SourceBudget

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0
RETRY_DELAYS_SECONDS = (2.0, 8.0, 30.0)
PAUSE_SECONDS_DEFAULT, PAUSE_SECONDS_MAX = 60.0, 86_400.0
_USER_AGENT = re.compile(r"[ -~]{8,200}")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body that arrived whole, with what makes the next request conditional; header names are in lower case."""

    path: str
    body: bytes
    etag: str | None
    last_modified: str | None
    headers: Mapping[str, str]


class _Transient(Exception):  # noqa: N818 - an internal signal: try again
    """A failure that another try may not meet."""

    def __init__(self, detail: str, status: int | None = None) -> None:
        super().__init__(detail)
        self.status = status


class SourceTransport:
    """Fetch one path at a time below one address. The client is built on first use and kept; `close()` drops it."""

    def __init__(
        self,
        base_url: str,
        user_agent: str,
        budget: SourceBudget,
        *,
        deadline: Callable[[], float] = lambda: float("inf"),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`deadline` tells how many seconds the caller has left."""
        self._base_url = base_url.rstrip("/")
        self._user_agent = user_agent
        self.budget = budget
        self._deadline = deadline
        self._sleep = sleep
        self._client: httpx.Client | None = None

    @property
    def is_configured(self) -> bool:
        """Whether a user agent says who asks; without one nothing is asked."""
        return _USER_AGENT.fullmatch(self._user_agent) is not None

    def fetch(
        self,
        path: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        secret_query: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Return the body at a path; with `etag` or `last_modified` NotModified is possible. Raises SourceFault."""
        if not self.is_configured:
            raise SourceNotConfigured("SourceUserAgent does not say who asks")
        headers = {"if-none-match": etag, "if-modified-since": last_modified}
        sent = {name: value for name, value in headers.items() if value}
        for delay in (*RETRY_DELAYS_SECONDS, None):
            self.budget.take_slot()
            try:
                return self._try(path, sent, secret_query or {})
            except (_Transient, httpx.TransportError, httpx.DecodingError) as error:
                # An exception of httpx may quote the address, and with it the key.
                reason = str(error) if isinstance(error, _Transient) else type(error).__name__
                status = error.status if isinstance(error, _Transient) else None
                if delay is None or delay >= self._deadline():
                    raise SourceUnavailable(f"{path}: {reason}", status=status) from None
                self._sleep(delay)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connections; the next fetch opens new ones."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _http(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(
                headers={"user-agent": self._user_agent, "accept-encoding": "gzip"},
                timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                follow_redirects=False,
                mounts={"all://127.0.0.1": None},  # the replay server is never behind the machine's proxy
            )
        return self._client

    def _try(self, path: str, headers: Mapping[str, str], secret_query: Mapping[str, str]) -> Fetched:
        url = httpx.URL(self._base_url + path)
        if secret_query:
            url = url.copy_merge_params(dict(secret_query))
        with self._http().stream("GET", url, headers=dict(headers)) as response:
            if response.status_code == httpx.codes.OK:
                return Fetched(
                    path=path, body=self._read(path, response), etag=response.headers.get("etag"),
                    last_modified=response.headers.get("last-modified"), headers=dict(response.headers),
                )  # fmt: skip
            raise self._refusal(path, response)

    def _read(self, path: str, response: httpx.Response) -> bytes:
        body = bytearray()
        for part in response.iter_bytes(64 * 1024):
            body += part
            if len(body) > SOURCE_BODY_BYTES_MAX:
                raise SourceUnreadable(f"{path}: more than {SOURCE_BODY_BYTES_MAX} bytes", status=200)
        return bytes(body)

    def _refusal(self, path: str, response: httpx.Response) -> SourceFault | _Transient:
        status = response.status_code
        if status == httpx.codes.NOT_MODIFIED:
            return NotModified(path, status=status)
        if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            return NotFoundAtSource(path, status=status)
        if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.FORBIDDEN, httpx.codes.UNAUTHORIZED}:
            seconds = min(retry_after_seconds(response.headers, otherwise=PAUSE_SECONDS_DEFAULT), PAUSE_SECONDS_MAX)
            self.budget.pause(seconds)
            return SourceRefused(f"{path}: status {status}", retry_after_seconds=seconds, status=status)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return _Transient(f"status {status}", status)
        return SourceUnavailable(f"{path}: status {status}", status=status)
