"""What arrived, in memory and bounded: requests with their verified signatures, and mails."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from auspex.core.clock import format_instant
from auspex.core.webhook_signatures import SecretMalformedError, SignatureInvalid, verify

KEPT_MAX = 5_000
SECRETS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class CaughtRequest:
    """One request; `verified` is None where no secret of its path is known, `status` None until it is answered."""

    number: int
    at: str
    method: str
    path: str
    headers: dict[str, str]
    body: str
    verified: bool | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail as its envelope and its parts say it."""

    number: int
    at: str
    sender: str
    recipients: list[str]
    username: str | None
    subject: str
    text: str
    html: str
    raw: str


class Received:
    """Keeps the newest requests and mails, and the secrets that requests are verified with; safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = 0
        self._requests: deque[CaughtRequest] = deque(maxlen=KEPT_MAX)
        self._mails: deque[CaughtMail] = deque(maxlen=KEPT_MAX)
        self._secrets: dict[str, list[str]] = {}

    def know_secrets(self, path: str, secrets: list[str]) -> None:
        """Verify what comes to a path with any of these secrets from now on; an empty list forgets them."""
        with self._lock:
            if secrets and (path in self._secrets or len(self._secrets) < SECRETS_MAX):
                self._secrets[path] = list(secrets)
            else:
                self._secrets.pop(path, None)

    def keep_request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> CaughtRequest:
        """Verify a request as a customer would, by the wall clock, and keep it."""
        now = datetime.now(UTC)
        with self._lock:
            secrets = self._secrets.get(path.partition("?")[0])
        verified, refusal = _verdict(headers, body, secrets, now)
        with self._lock:
            self._numbers += 1
            caught = CaughtRequest(
                self._numbers, format_instant(now), method, path, {k.lower(): v for k, v in headers.items()},
                body.decode("utf-8", "replace"), verified, refusal,
            )  # fmt: skip
            self._requests.append(caught)
        return caught

    def keep_mail(
        self, message: EmailMessage, raw: bytes, *, sender: str, recipients: list[str], username: str | None
    ) -> None:
        """Keep a mail."""
        subject, text, html = str(message["subject"] or ""), _part(message, "plain"), _part(message, "html")
        with self._lock:
            self._numbers += 1
            mail = CaughtMail(
                self._numbers, format_instant(datetime.now(UTC)), sender, list(recipients), username, subject, text,
                html, raw.decode("utf-8", "replace"),
            )  # fmt: skip
            self._mails.append(mail)

    def requests(self, path_prefix: str = "") -> list[dict[str, Any]]:
        """Return what arrived below a path, oldest first."""
        with self._lock:
            return [asdict(caught) for caught in self._requests if caught.path.startswith(path_prefix)]

    def mails(self, recipient: str = "") -> list[dict[str, Any]]:
        """Return the mails to a recipient (or all of them), oldest first."""
        with self._lock:
            return [asdict(mail) for mail in self._mails if not recipient or recipient in mail.recipients]

    def forget_requests(self) -> None:
        """Forget every request; secrets stay known."""
        with self._lock:
            self._requests.clear()

    def forget_mails(self) -> None:
        """Forget every mail."""
        with self._lock:
            self._mails.clear()


def _verdict(
    headers: Mapping[str, str], body: bytes, secrets: list[str] | None, at: datetime
) -> tuple[bool | None, str | None]:
    if secrets is None:
        return None, None
    try:
        verify(headers, body, secrets=secrets, at=at)
    except (SignatureInvalid, SecretMalformedError) as refused:
        return False, str(refused)
    return True, None


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())
