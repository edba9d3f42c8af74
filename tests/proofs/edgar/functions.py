"""Functions that ask EDGAR through the shipped budget, and an EDGAR that counts what arrives and refuses at random.

Every statement takes its way there and back, every sleep lasts longer than asked, some of both stall for seconds, and
now and then the whole machine freezes, so that everybody who slept wakes at once. From the last look at the row to the
send at most 45 ms go by: slots 125 ms apart that are used up to 245 ms late leave at most ten in any second.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.proofs.edgar.timeline import Timeline

from auspex.core.database import Connection
from auspex.filings.adapters.edgar_budget import EdgarBudget
from auspex.filings.source_errors import BudgetWaitTooLong, SourcePaused

SEND_SECONDS_MAX = 0.045
WAY_SECONDS_MAX = 0.004
STALL_SHARE, STALL_SECONDS = 0.02, (0.3, 6.0)
FREEZE_EVERY_SECONDS, FREEZE_SECONDS = 120.0, (1.0, 5.0)
REFUSED_SHARE = 1 / 800
RETRY_AFTER_SECONDS = (0.0, 0.0, 45.0, 120.0)
STOPPED_WITHIN_SECONDS = 1.0
REQUESTS_PER_SECOND_MAX = 10


@dataclass(slots=True)
class Source:
    """EDGAR: when requests arrived, and the pauses that its refusals caused, each as (stored at, until)."""

    sent: list[float] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def arrive(self, now: float) -> bool:
        """Take a request; tell whether it breaks a rule."""
        self.sent.append(now)
        crowd = len(self.sent) > REQUESTS_PER_SECOND_MAX and now - self.sent[-1 - REQUESTS_PER_SECOND_MAX] < 1.0
        return crowd or any(stored + STOPPED_WITHIN_SECONDS < now < until for stored, until in self.pauses[-5:])


class Freezes:
    """Spans in which the whole machine stands still."""

    def __init__(self, chance: random.Random, horizon_seconds: float = 200_000.0) -> None:
        self._spans: list[tuple[float, float]] = []
        at = chance.expovariate(1 / FREEZE_EVERY_SECONDS)
        while at < horizon_seconds:
            self._spans.append((at, at + chance.uniform(*FREEZE_SECONDS)))
            at = self._spans[-1][1] + chance.expovariate(1 / FREEZE_EVERY_SECONDS)
        self._first = 0

    def end_of(self, moment: float) -> float:
        """Return when somebody who would wake at this moment wakes; moments are asked for in about their order."""
        while self._first < len(self._spans) and self._spans[self._first][1] < moment - 60:
            self._first += 1
        for begin, end in self._spans[self._first : self._first + 5]:
            if begin <= moment < end:
                return end
        return moment


class Line:
    """One function's connection: the statement runs at once, the ways there and back take time."""

    def __init__(self, connection: Connection, timeline: Timeline, chance: random.Random, seen: Counter[str]) -> None:
        self._connection = connection
        self._timeline = timeline
        self._chance = chance
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, *arguments: Any) -> Any:
        """Run a statement and bring its answer back, sometimes late."""
        answer = self._connection.execute(*arguments)
        seconds = self._chance.uniform(0.0, WAY_SECONDS_MAX)
        if self._chance.random() < STALL_SHARE:
            self._seen["answers_stalled"] += 1
            seconds = self._chance.uniform(*STALL_SECONDS)
        self._timeline.wait(seconds)
        return answer


class Function:
    """One of many functions that want to ask EDGAR as often as they may."""

    def __init__(
        self,
        kind: type[EdgarBudget],
        connection: Connection,
        timeline: Timeline,
        source: Source,
        freezes: Freezes,
        *,
        seed: str,
        requests: int,
    ) -> None:
        self._timeline = timeline
        self._source = source
        self._freezes = freezes
        self._requests = requests
        self._chance = random.Random(seed)
        line: Any = Line(connection, timeline, self._chance, source.seen)

        def connect() -> Connection:
            timeline.wait(self._chance.uniform(0.0, WAY_SECONDS_MAX))
            return line  # type: ignore[no-any-return] # a connection with a way to it

        self._budget = kind(connect, sleep=self._sleep, elapsed=lambda: timeline.now, clock=timeline.instant)

    def live(self) -> None:
        """Ask until enough was asked by all."""
        while not self._timeline.is_over:
            self._ask()
            if len(self._source.sent) >= self._requests:
                self._timeline.is_over = True

    def _ask(self) -> None:
        try:
            slot = self._budget.take_slot()
        except (SourcePaused, BudgetWaitTooLong) as refused:
            self._source.seen[type(refused).__name__] += 1
            self._timeline.wait(max(1.0, refused.retry_after_seconds) + self._chance.uniform(0.0, 2.0))
            return
        self._timeline.wait(self._chance.uniform(0.0, SEND_SECONDS_MAX))
        if self._source.arrive(self._timeline.now):
            self._timeline.is_over = True  # one is enough to know
        self._source.seen["slots_missed"] += self._slots_missed()
        self._timeline.wait(self._chance.expovariate(4.0))
        if self._chance.random() < REFUSED_SHARE:
            self._timeline.wait(self._chance.uniform(0.0, WAY_SECONDS_MAX))
            stored_at = self._timeline.now
            seconds = self._budget.pause(slot, retry_after_seconds=self._chance.choice(RETRY_AFTER_SECONDS))
            self._source.pauses.append((stored_at + WAY_SECONDS_MAX, stored_at + seconds))

    def _slots_missed(self) -> int:
        missed, self._naps = max(0, self._naps - 1), 0
        return missed

    _naps = 0

    def _sleep(self, seconds: float) -> None:
        """Sleep as machines do: a little too long, sometimes far too long, never in the middle of a freeze."""
        self._naps += 1
        late = self._chance.uniform(0.0, 0.02)
        if self._chance.random() < STALL_SHARE:
            self._source.seen["sleeps_stalled"] += 1
            late = self._chance.uniform(*STALL_SECONDS)
        wakes = self._timeline.now + seconds + late
        thawed = self._freezes.end_of(wakes)
        self._source.seen["sleeps_frozen"] += thawed > wakes
        self._timeline.wait(thawed - self._timeline.now + (self._chance.uniform(0.0, 0.01) if thawed > wakes else 0.0))
