"""What a client holds: where the API is, the key, and the bounds of a call."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from auspex_client.calls import Call, CallOptions, Operation, prepare
from auspex_client.retries import RetryPolicy

URL_VARIABLE = "AUSPEX_URL"
KEY_VARIABLE = "AUSPEX_API_KEY"
DEADLINE_SECONDS = 60.0
ATTEMPTS_MAX = 6
CONNECT_SECONDS_MAX = 5.0
REPLY_BYTES_MAX = 64 * 1024 * 1024
USER_AGENT = "auspex-client-python/0.1.0"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a client calls. The key is sent to `base_url` alone (redirects are not followed) and never shown."""

    base_url: str
    api_key: str | None = field(repr=False)
    deadline_seconds: float = DEADLINE_SECONDS
    attempts_max: int = ATTEMPTS_MAX
    retries: RetryPolicy = field(default_factory=RetryPolicy)

    @classmethod
    def of(
        cls,
        base_url: str | None,
        api_key: str | None,
        *,
        deadline_seconds: float,
        attempts_max: int,
        retries: RetryPolicy | None,
        allow_http: bool,
    ) -> Settings:
        """Return the settings that arguments and environment give. Raises ValueError for what cannot be called."""
        address = (base_url or os.environ.get(URL_VARIABLE, "")).rstrip("/")
        if not address:
            raise ValueError(f"give base_url, or set {URL_VARIABLE}")
        url = httpx.URL(address)
        if url.scheme != "https" and not (url.scheme == "http" and (allow_http or url.host in LOOPBACK)):
            raise ValueError(
                f"{address}: a key is sent over https alone; allow_http=True says that this network is yours"
            )
        if deadline_seconds <= 0 or attempts_max < 1:
            raise ValueError("deadline_seconds and attempts_max are positive")
        key = api_key if api_key is not None else os.environ.get(KEY_VARIABLE)
        return cls(address, key or None, deadline_seconds, attempts_max, retries or RetryPolicy())

    def prepare(
        self,
        operation: Operation,
        options: CallOptions | None,
        *,
        path: Mapping[str, object] | None,
        query: Mapping[str, object] | None,
        body: object,
    ) -> Call:
        """Return the call of an operation with this client's key and bounds."""
        headers = {"user-agent": USER_AGENT}
        if self.api_key is not None:
            headers["authorization"] = f"Bearer {self.api_key}"
        return prepare(
            operation, options=options or CallOptions(), headers=headers, deadline_seconds=self.deadline_seconds,
            attempts_max=self.attempts_max, path=path or {}, query=query or {}, body=body,
        )  # fmt: skip

    def timeout(self, seconds_max: float) -> httpx.Timeout:
        """Return what one attempt may take at each of its waits."""
        return httpx.Timeout(seconds_max, connect=min(seconds_max, CONNECT_SECONDS_MAX))
