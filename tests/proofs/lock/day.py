"""A simulated day: fifty workers, three real outages, twenty blips; exactly three switches."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.proofs.lock.history import CONFIGURATION

from auspex.core.database import Connection
from auspex.providers import lease
from auspex.providers.classify import Failure
from auspex.providers.contract import FailureClass

DAY = datetime(2031, 5, 6, tzinfo=UTC)
OUTAGE_HOURS = (4, 11, 18)
OUTAGE_MINUTES = 60
BLIPS = 20
SECONDS_PER_DAY = 86_400


@dataclass(slots=True)
class _Call:
    epoch: int
    provider: str
    started_at: datetime
    broken: bool = False


class Day:
    """The day's events in order of time."""

    def __init__(self, connection: Connection, *, workers: int, seed: int) -> None:
        self._connection = connection
        self._chance = random.Random(seed)
        self._workers = workers
        self._queue: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()
        self._under_way: list[_Call] = []
        self._down: set[str] = set()
        self.broken_by_blips = 0

    def run(self) -> int:
        """Live through the day and return how often the provider was switched."""
        for hour in OUTAGE_HOURS:
            self._at(hour * 3_600, self._begin_outage)
            self._at(hour * 3_600 + OUTAGE_MINUTES * 60, self._end_outage)
        for _ in range(BLIPS):
            self._plan_blip()
        for _ in range(self._workers):
            self._at(self._chance.uniform(0, 300), self._ask_again)
        while self._queue:
            seconds, _, event = heapq.heappop(self._queue)
            if seconds < SECONDS_PER_DAY:
                event(seconds)
        row = self._connection.execute(b"SELECT count(*) AS n FROM providers.events WHERE type = 'switch'").fetchone()
        assert row is not None
        return int(row["n"])

    def _at(self, seconds: float, event: Callable[[float], None]) -> None:
        heapq.heappush(self._queue, (seconds, next(self._order), event))

    def _plan_blip(self) -> None:
        """Put a blip between the outages, with every worker's call under way."""
        while True:
            seconds = self._chance.uniform(600, SECONDS_PER_DAY - 600)
            if all(not -600 < seconds - hour * 3_600 < OUTAGE_MINUTES * 60 + 600 for hour in OUTAGE_HOURS):
                break
        for _ in range(self._workers):
            self._at(seconds - self._chance.uniform(0.1, 2), self._ask)
        self._at(seconds, self._blip)

    def _ask_again(self, seconds: float) -> None:
        self._ask(seconds)
        self._at(seconds + self._chance.uniform(120, 600), self._ask_again)

    def _ask(self, seconds: float) -> None:
        at = DAY + timedelta(seconds=seconds)
        held = lease.acquire(self._connection, configuration=CONFIGURATION, actor="worker", reason="day", at=at)
        assert held.provider is not None
        call = _Call(held.epoch, held.provider, at, broken=held.provider in self._down)
        self._under_way.append(call)
        self._at(seconds + self._chance.uniform(2.5, 8), lambda end: self._answered(call, end))

    def _answered(self, call: _Call, seconds: float) -> None:
        at = DAY + timedelta(seconds=seconds)
        self._under_way.remove(call)
        if not call.broken:
            lease.record_success(self._connection, epoch=call.epoch, actor="worker", at=at)
            return
        lease.record_failure(
            self._connection, epoch=call.epoch, failure=Failure(FailureClass.UNAVAILABLE, "503"),
            started_at=call.started_at, configuration=CONFIGURATION, actor="worker", evidence={}, at=at,
        )  # fmt: skip

    def _blip(self, seconds: float) -> None:
        for call in self._under_way:
            self.broken_by_blips += not call.broken
            call.broken = True

    def _begin_outage(self, seconds: float) -> None:
        at = DAY + timedelta(seconds=seconds)
        held = lease.acquire(self._connection, configuration=CONFIGURATION, actor="worker", reason="day", at=at)
        self._down.add(str(held.provider))
        for call in self._under_way:
            call.broken = True

    def _end_outage(self, seconds: float) -> None:
        self._down.clear()
