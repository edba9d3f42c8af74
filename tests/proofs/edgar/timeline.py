"""Virtual time for many threads of which one runs at a time: who waits hands the turn to whoever wakes first."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2024, 11, 4, tzinfo=UTC)


class Timeline:
    """A clock that stands still while anybody works and jumps to the next waker when all wait."""

    def __init__(self) -> None:
        self.now = 0.0
        self.is_over = False
        self._waiting: list[tuple[float, int, threading.Semaphore]] = []
        self._numbers = itertools.count()
        self._all_done = threading.Event()

    def instant(self) -> datetime:
        """Return the present as the database's clock would show it."""
        return BEGINNING + timedelta(seconds=self.now)

    def wait(self, seconds: float) -> None:
        """Let virtual time go by for the calling thread."""
        gate = threading.Semaphore(0)
        heapq.heappush(self._waiting, (self.now + max(0.0, seconds), next(self._numbers), gate))
        self._hand_on()
        gate.acquire()

    def run(self, lives: Sequence[Callable[[], None]]) -> None:
        """Live all of them, each in a thread of its own, until they end. Raises what any of them raised first."""
        errors: list[BaseException] = []
        left = len(lives)

        def live(life: Callable[[], None], gate: threading.Semaphore) -> None:
            nonlocal left
            gate.acquire()
            try:
                life()
            except BaseException as error:  # noqa: BLE001 - told to whoever runs the timeline
                errors.append(error)
                self.is_over = True
            left -= 1
            if left:
                self._hand_on()
            else:
                self._all_done.set()

        for life in lives:
            gate = threading.Semaphore(0)
            heapq.heappush(self._waiting, (self.now, next(self._numbers), gate))
            threading.Thread(target=live, args=(life, gate), daemon=True).start()
        self._hand_on()
        self._all_done.wait()
        if errors:
            raise errors[0]

    def _hand_on(self) -> None:
        at, _, gate = heapq.heappop(self._waiting)
        self.now = max(self.now, at)
        gate.release()
