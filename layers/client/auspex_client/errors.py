"""Everything that this package raises: problems the API answered with, and what keeps an answer from arriving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


class AuspexError(Exception):
    """Base of every error of this package."""


class ConnectionFailedError(AuspexError):
    """No reply arrived: no connection, or one that broke at every attempt. `__cause__` is what the last one met."""


class DeadlineExceededError(AuspexError):
    """The call's own deadline passed before a reply arrived; what it asked for may have happened."""


class UnreadableReplyError(AuspexError):
    """A reply that is not what the API describes: cut off, too large, not JSON, or of another shape."""


class JobNotFinishedError(AuspexError):
    """A job was still alive when waiting for it was given up; it goes on."""


class WebhookRefusedError(AuspexError):
    """A webhook's signature, timestamp or headers are not those of a message that was sent by us just now."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One entry of a problem's `errors`: a JSON Pointer (RFC 6901) into the request, and what is wrong there."""

    pointer: str
    message: str


class ApiProblem(AuspexError):  # noqa: N818 - its subclasses bear the names of the catalogue's codes
    """A refusal of the API (RFC 9457). `auspex_client.problems` has one subclass per code; a newer code raises this."""

    code: ClassVar[str] = ""
    remedy: ClassVar[str] = "Quote `request_id` when it persists."

    def __init__(self, status: int, document: Mapping[str, Any], *, retry_after_seconds: float | None = None) -> None:
        self.status = status
        self.document = dict(document)
        self.problem_code = str(self.document.get("code") or f"http-{status}")
        self.title = str(self.document.get("title") or f"HTTP {status}")
        self.detail = str(self.document.get("detail") or self.title)
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"{self.problem_code} ({status}): {self.detail}")

    @property
    def request_id(self) -> str | None:
        """The id to quote when asking about it."""
        return self.document.get("request_id")

    @property
    def field_errors(self) -> list[FieldError]:
        """Which fields of the request are to blame."""
        entries = self.document.get("errors") or []
        return [FieldError(str(e.get("pointer", "")), str(e.get("message", ""))) for e in entries]

    def get(self, member: str) -> Any:
        """Return a member of the document, such as `balance` and `required` of a 402; None when it has none."""
        return self.document.get(member)
