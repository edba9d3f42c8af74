"""Time as a port: two clocks ship, the system's and one that tests and replays set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time; everything that reasons about time takes one."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until moved."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move forward (or back, with a negative span)."""
        self._at += by


class _Current:
    clock: Clock = SystemClock()


def current_clock() -> Clock:
    """Return the clock of this process."""
    return _Current.clock


def set_clock(clock: Clock | None) -> None:
    """Replace the clock of this process; None restores the machine's. For the harness and time-travel only."""
    _Current.clock = clock or SystemClock()


def format_instant(at: datetime) -> str:
    """Return RFC 3339 in UTC with `Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
