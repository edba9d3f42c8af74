"""What a filings source can answer besides its document; one exception per state that callers treat differently.

These say what happened at the source and nothing about HTTP replies or queues: whoever calls maps them. Seconds are how
long it is useless to ask again.
"""

# ruff: noqa: N818 - named after the state a caller tells apart, as problems are

from __future__ import annotations


class SourceError(Exception):
    """A source did not give the document that was asked for."""


class SourceNotConfigured(SourceError):
    """The identity that the source demands is missing or was refused by it; no retry can help."""


class SourcePaused(SourceError):
    """The source asked everybody to stop for a while (429, or 403 for the request rate)."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"the source is paused for {retry_after_seconds:.0f} s")
        self.retry_after_seconds = retry_after_seconds


class BudgetWaitTooLong(SourceError):
    """The shared request budget has no free slot soon; nothing was sent and no slot was used up."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the next free request slot is {seconds:.1f} s away")
        self.retry_after_seconds = seconds


class SourceUnavailable(SourceError):
    """The source failed on every try (5xx, reset, time-out, truncated body) or answered something unforeseen."""


class NotFoundAtSource(SourceError):
    """The source has no such document."""


class NotYetPublished(NotFoundAtSource):
    """The source has no such document yet: a filing accepted a moment ago appears late."""

    def __init__(self, message: str, retry_after_seconds: float) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class NotModified(SourceError):
    """The document still is the one whose entity tag the caller gave."""


class DocumentTooLarge(SourceError):
    """The body is longer than the limit; reading stopped there."""

    def __init__(self, url: str, body_bytes_max: int) -> None:
        super().__init__(f"{url} is longer than {body_bytes_max} bytes")
        self.body_bytes_max = body_bytes_max


class SourceUnreadable(SourceError):
    """The body arrived whole but is not what its address promises (no index page, no JSON, missing columns)."""


class NotRecorded(SourceError):
    """The replay server holds no recording of this address (its status 599)."""
