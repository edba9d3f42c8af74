"""What can go wrong with a source, told apart by what follows from it."""

from __future__ import annotations


class SourceFault(Exception):  # noqa: N818 - a family; each member says what happened
    """Base of everything a source can do wrong; `status` is its HTTP status where it gave one."""

    outcome = "failed"

    def __init__(self, detail: str, *, status: int | None = None) -> None:
        super().__init__(detail)
        self.status = status


class NotModified(SourceFault):
    """The source has nothing newer than what we hold."""

    outcome = "unchanged"


class NotFoundAtSource(SourceFault):
    """The source has no such file, not yet or no more."""

    outcome = "absent"


class SourceRefused(SourceFault):
    """The source wants no request now (403, 429, a spent quota): nobody asks before `retry_after_seconds` are over."""

    outcome = "refused"

    def __init__(self, detail: str, *, retry_after_seconds: float, status: int | None = None) -> None:
        super().__init__(detail, status=status)
        self.retry_after_seconds = retry_after_seconds


class SourceUnavailable(SourceFault):
    """The source did not answer properly, also not when asked again."""


class SourceUnreadable(SourceFault):
    """A reply with status 200 that is not what was asked for: a web page, half a file, no CSV."""

    outcome = "unreadable"


class SourceNotConfigured(SourceFault):
    """Nobody told us who we are (user agent) or what opens the source (key): it is not asked."""

    outcome = "refused"
