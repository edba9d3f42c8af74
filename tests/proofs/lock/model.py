"""What the lease must do, in a few lines of Python: the oracle that the shipped SQL is compared with at each reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from auspex.providers.contract import PROVIDERS

FAILURES_IN_A_ROW = 3


@dataclass(slots=True)
class Lock:
    """The lease, the failures in a row of its holder, and who rests until the history is over."""

    epoch: int = 0
    provider: str | None = None
    in_a_row: int = 0
    counted_at: datetime | None = None
    resting: set[str] = field(default_factory=set)
    switches: int = 0

    def begin(self) -> None:
        """Begin a new history, a day later: everybody is rested, counts stay."""
        self.resting.clear()
        self.switches = 0

    def take(self) -> None:
        """Take the lease for the best provider when nobody ever held it."""
        if self.provider is None:
            self._give(PROVIDERS[0])

    def fail(self, epoch: int, failure_class: str, *, started_at: datetime, at: datetime) -> tuple[bool, bool]:
        """Count a failure; return whether it is stale, and whether it told something new."""
        if epoch != self.epoch:
            return True, False
        if failure_class == "unavailable":
            if self.counted_at is not None and self.counted_at >= started_at:
                return False, False
            self.in_a_row, self.counted_at = self.in_a_row + 1, at
            if self.in_a_row < FAILURES_IN_A_ROW:
                return False, True
        self._rest()
        self._give(self._next())
        self.switches += 1
        return False, True

    def succeed(self, epoch: int) -> bool:
        """Forget the failures in a row; return whether the epoch stands."""
        if epoch != self.epoch:
            return False
        self.in_a_row = 0
        return True

    def move(self, provider: str) -> None:
        """Give the lease to a provider by hand."""
        self._rest()
        self.resting.discard(provider)
        self._give(provider)

    def _rest(self) -> None:
        if self.provider is not None:
            self.resting.add(self.provider)

    def _next(self) -> str:
        assert self.provider is not None
        start = PROVIDERS.index(self.provider)
        circle = (PROVIDERS[(start + step) % len(PROVIDERS)] for step in range(1, len(PROVIDERS)))
        return next(name for name in circle if name not in self.resting)

    def _give(self, provider: str) -> None:
        self.provider, self.epoch = provider, self.epoch + 1
        self.in_a_row, self.counted_at = 0, None
