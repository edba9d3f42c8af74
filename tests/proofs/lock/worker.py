"""One worker: asks, waits, records, stores; it may be slow, give up at its deadline, or die at any step."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from auspex.core.ids import new_id

if TYPE_CHECKING:
    from tests.proofs.lock.history import History

REDOS_MAX = 2


@dataclass(slots=True)
class Call:
    """One call under way or answered."""

    call_id: str
    epoch: int
    provider: str
    started_at: datetime
    failure: str | None = None


@dataclass(slots=True)
class Worker:
    """A run: one or two calls under one epoch, whose results are stored together."""

    number: int
    chance: random.Random
    calls_wanted: int
    wakes_at: int
    state: str = "begin"
    calls: list[Call] = field(default_factory=list)
    under_way: Call | None = None
    redone: int = 0
    slot: int | None = None

    def step(self, history: History) -> None:
        """Do the next thing; the history's other workers do theirs in between."""
        getattr(self, f"_{self.state}")(history)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.state == "done"

    def _begin(self, history: History) -> None:
        """Ask who holds the lease, and send a call to that provider."""
        epoch, provider = history.acquire()
        if self.calls and self.calls[0].epoch != epoch:
            self._redo(history)
            return
        call = Call(new_id("call"), epoch, provider, history.now())
        call.failure = history.failure_of(provider)
        self.under_way = call
        self.state = "answered"
        delay = self.chance.choice((1, 2, 3, 5, 8, 40, 90))
        history.seen["delays"] += delay >= 40
        self.wakes_at = history.step_number + delay

    def _answered(self, history: History) -> None:
        """The reply is here: record what it means. A worker may have died or given up meanwhile."""
        call = self.under_way
        assert call is not None
        end = self.chance.random()
        if end < 0.04:
            history.seen["crashes_after_call"] += 1
            self.state = "done"
            return
        if end < 0.08:
            history.seen["expiries"] += 1  # past its deadline: nothing is recorded, its own core serves
            self.state = "done"
            return
        if call.failure is not None:
            outcome = history.record_failure(call)
            if outcome == "locked":
                return
            self.under_way = None
            history.seen["late_failures"] += outcome == "stale"
            if outcome in {"stale", "switched"}:
                self._redo(history)
            else:
                self.state = "done"
            return
        standing = history.record_success(call)
        if standing is None:
            return
        self.under_way = None
        if not standing:
            history.seen["late_successes"] += 1
            self._redo(history)
            return
        self.calls.append(call)
        self.state = "begin" if len(self.calls) < self.calls_wanted else "store"
        self.wakes_at = history.step_number + self.chance.choice((1, 1, 2, 20))

    def _store(self, history: History) -> None:
        """Store the results behind the fence: in one statement, or in a transaction that stays open for a while."""
        if self.chance.random() < 0.8 or (slot := history.free_slot()) is None:
            outcome = history.store_at_once(self.number, self.calls)
            self._end(history, outcome)
            return
        self.slot = slot
        if history.open_store(slot, self.number, self.calls):
            self.state = "commit"
            self.wakes_at = history.step_number + self.chance.choice((1, 4, 12))
        else:
            history.abandon(slot)
            self.slot = None
            self._redo(history)

    def _commit(self, history: History) -> None:
        assert self.slot is not None
        if self.chance.random() < 0.25:
            history.seen["crashes_in_store"] += 1
            history.abandon(self.slot)
            self.state = "done"
        else:
            history.commit(self.slot, self.calls)
            self.state = "done"
        self.slot = None

    def _end(self, history: History, stored: bool) -> None:
        if stored:
            self.state = "done"
        else:
            self._redo(history)

    def _redo(self, history: History) -> None:
        """Begin the whole run anew, twice at most; then the worker's own core serves."""
        self.calls.clear()
        self.redone += 1
        history.seen["redone"] += 1
        self.state = "begin" if self.redone <= REDOS_MAX else "done"
        self.wakes_at = history.step_number + 1
