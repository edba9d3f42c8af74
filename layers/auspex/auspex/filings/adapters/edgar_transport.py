"""Send requests to EDGAR within its rules: identity, shared budget, limits, retries; nothing else talks to it.

The answer is a body or one exception of `source_errors`, told apart here and nowhere else (FILINGS 7.1, 8).
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from auspex.core.config import Settings
from auspex.core.limits import DOCUMENT_BYTES_MAX
from auspex.core.retry_after import retry_after_seconds
from auspex.filings.adapters.edgar_budget import EdgarBudget, Slot
from auspex.filings.source_errors import (
    DocumentTooLarge,
    NotFoundAtSource,
    NotModified,
    NotRecorded,
    SourceNotConfigured,
    SourcePaused,
    SourceUnavailable,
)

CONNECT_SECONDS, READ_SECONDS, BODY_SECONDS_MAX = 5.0, 20.0, 120.0
RETRY_DELAYS_SECONDS = (1.0, 2.0, 4.0)
REFUSAL_BYTES_MAX = 64 * 1024
STATUS_NOT_RECORDED = 599

_USER_AGENT = re.compile(r"(?=[ -~]{8,200}\Z)(?=[^@]*[A-Za-z])[^@\s][^@]* [^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_NO_SUCH_KEY = re.compile(rb"<Code>(?:AccessDenied|NoSuchKey)</Code>")
_UNDECLARED = re.compile(rb"Undeclared Automated Tool", re.IGNORECASE)


class EdgarSettings(Settings):
    """Where EDGAR is and who asks. The user agent is EDGAR's only credential: `Company name contact@domain`."""

    edgar_user_agent: str = ""
    edgar_www_url: str = "https://www.sec.gov"
    edgar_data_url: str = "https://data.sec.gov"


@dataclass(frozen=True, slots=True)
class Reply:
    """A body that arrived whole, decoded, with its entity tag."""

    body: bytes
    etag: str | None
    content_type: str


class _Transient(Exception):  # noqa: N818 - an internal signal: try again
    """A failure that another try may not meet."""


class EdgarTransport:
    """Fetch one address at a time. The HTTP client is built on first use and kept; `close()` drops it."""

    def __init__(
        self,
        settings: EdgarSettings,
        budget: EdgarBudget,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        body_bytes_max: int = DOCUMENT_BYTES_MAX,
    ) -> None:
        self.settings = settings
        self._budget = budget
        self._sleep = sleep
        self._jitter = jitter
        self._body_bytes_max = body_bytes_max
        self._client: httpx.Client | None = None

    def fetch(self, url: str, *, etag: str | None = None, patient: bool = True) -> Reply:
        """Return the body at `url`, which must lie below one of the configured addresses.

        Each try takes a slot of the budget. 5xx, resets, time-outs and truncated bodies are tried again after 1, 2 and
        4 s, each prolonged by up to half; not `patient`, they are not. Raises the exceptions of `source_errors`.
        """
        self._check_allowed(url)
        for delay in (*(RETRY_DELAYS_SECONDS if patient else ()), None):
            slot = self._budget.take_slot()
            try:
                return self._try(url, slot, etag)
            except (_Transient, httpx.TransportError, httpx.DecodingError) as error:
                if delay is None:
                    raise SourceUnavailable(f"{url}: {error or type(error).__name__}") from error
                self._sleep(delay * (1.0 + self._jitter() / 2))
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close the connections; the next fetch opens new ones."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _check_allowed(self, url: str) -> None:
        if not _USER_AGENT.fullmatch(self.settings.edgar_user_agent):
            raise SourceNotConfigured("EDGAR_USER_AGENT must look like `Company name contact@domain`")
        bases = (self.settings.edgar_www_url, self.settings.edgar_data_url)
        if not any(url.startswith(base.rstrip("/") + "/") for base in bases) or "/../" in url:
            raise ValueError(f"{url} does not lie below EDGAR's addresses")

    def _http(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(
                headers={"user-agent": self.settings.edgar_user_agent, "accept-encoding": "gzip"},
                timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
                follow_redirects=False,
                mounts={"all://127.0.0.1": None},  # the replay server is never behind the machine's proxy
            )
        return self._client

    def _try(self, url: str, slot: Slot, etag: str | None) -> Reply:
        headers = {"if-none-match": etag} if etag else {}
        with self._http().stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.OK:
                return Reply(
                    body=self._read(url, response),
                    etag=response.headers.get("etag"),
                    content_type=response.headers.get("content-type", ""),
                )
            if response.status_code == httpx.codes.NOT_MODIFIED:
                raise NotModified(url)
            raise self._refusal(url, slot, response)

    def _read(self, url: str, response: httpx.Response) -> bytes:
        declared = response.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._body_bytes_max:
            raise DocumentTooLarge(url, self._body_bytes_max)
        until = time.monotonic() + BODY_SECONDS_MAX
        body = bytearray()
        for part in response.iter_bytes(64 * 1024):
            body += part
            if len(body) > self._body_bytes_max:
                raise DocumentTooLarge(url, self._body_bytes_max)
            if time.monotonic() > until:
                raise _Transient(f"the body took longer than {BODY_SECONDS_MAX:.0f} s")
        return bytes(body)

    def _refusal(self, url: str, slot: Slot, response: httpx.Response) -> Exception:
        """Name what a status other than 200 and 304 means."""
        status = response.status_code
        if status == STATUS_NOT_RECORDED:
            return NotRecorded(url)
        if status == httpx.codes.NOT_FOUND:
            return NotFoundAtSource(url)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            return self._paused(slot, response)
        if status == httpx.codes.FORBIDDEN:
            return self._forbidden(url, slot, response)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return _Transient(f"status {status}")
        return SourceUnavailable(f"{url}: status {status}")

    def _forbidden(self, url: str, slot: Slot, response: httpx.Response) -> Exception:
        """Tell EDGAR's three meanings of 403 apart: no such file, no identity, too many requests."""
        text = _beginning(response)
        if _NO_SUCH_KEY.search(text):  # the archive's storage may not be listed: an absent file is forbidden
            return NotFoundAtSource(url)
        if _UNDECLARED.search(text):
            return SourceNotConfigured("EDGAR refused the identity in EDGAR_USER_AGENT")
        return self._paused(slot, response)

    def _paused(self, slot: Slot, response: httpx.Response) -> SourcePaused:
        return SourcePaused(
            self._budget.pause(slot, retry_after_seconds=retry_after_seconds(response.headers, otherwise=0.0))
        )


def _beginning(response: httpx.Response) -> bytes:
    text = bytearray()
    for part in response.iter_bytes(16 * 1024):
        text += part
        if len(text) >= REFUSAL_BYTES_MAX:
            break
    return bytes(text)
