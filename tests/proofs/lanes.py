"""A history with its sessions, and the place where histories run: one database, its counters, its deaths."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.proofs.databases import ProofDatabase
from tests.proofs.histories import History, repeat
from tests.proofs.model import World
from tests.proofs.operations import Expected, Operation
from tests.proofs.wire import Session


@dataclass(frozen=True, slots=True)
class Violation:
    """What a history did that no order of its operations explains."""

    seed: int
    where: str
    expected: Any
    observed: Any


@dataclass(slots=True)
class Entry:
    """One transaction of a pipeline and what it must answer; `expected` None is a transaction that is rolled back."""

    operation: Operation
    expected: Expected | None


@dataclass(slots=True)
class Lane:
    """One history with its two sessions."""

    history: History
    main: Session
    rival: Session
    entries: list[Entry] = field(default_factory=list)
    probes: list[tuple[tuple[str | None, ...], ...]] = field(default_factory=list)
    owed: list[Operation] = field(default_factory=list)
    """Operations whose client saw a death and sends them again."""
    violation: Violation | None = None

    @property
    def accounts(self) -> str:
        """Both account ids, as an array."""
        return "{" + ",".join(account.account_id for account in self.history.world.accounts) + "}"

    def balances(self) -> tuple[tuple[str, str], ...]:
        """Return what the probe must show."""
        return tuple((str(account.available), str(account.reserved)) for account in self.history.world.accounts)

    def judge(self, where: str, expected: Any, observed: Any) -> None:
        """Compare; the first difference is the history's violation."""
        if expected != observed and self.violation is None:
            self.violation = Violation(self.history.seed, where, expected, observed)


@dataclass(slots=True)
class Arena:
    """The database that histories run on, and what has happened there."""

    database: ProofDatabase
    counts: Counter[str] = field(default_factory=Counter)
    fault_points: Counter[str] = field(default_factory=Counter)

    def kill(self, lanes: Iterable[Lane], *, rival: bool = False) -> None:
        """Cut connections, wait until the server noticed, and connect anew."""
        pids = []
        dead = list(lanes)
        for lane in dead:
            session = lane.rival if rival else lane.main
            pids.append(session.pid)
            session.kill()
        self.database.wait_gone(pids)
        for lane in dead:
            session = self.database.session()
            if rival:
                lane.rival = session
            else:
                lane.main = session
        self.counts["connections_killed"] += len(dead)

    def count(self, operation: Operation, seen: Expected) -> None:
        """Note what was done, and how it was refused."""
        self.counts[operation.kind] += 1
        if seen and isinstance(seen[0], str) and seen[0].startswith("AX"):
            self.counts[f"refused_{seen[0][2:]}"] += 1

    def count_crash(self, operation: Operation, done: int) -> None:
        """Note after how many of its statements a transaction died."""
        self.counts["crashes"] += 1
        self.fault_points[f"{operation.kind}:{done}/{len(operation.calls)}"] += 1


def sound(lanes: list[Lane]) -> list[Lane]:
    """Return the histories that nothing is wrong with yet."""
    return [lane for lane in lanes if lane.violation is None]


def repeated(lane: Lane, operation: Operation) -> Operation:
    """Return what a client sends that heard nothing; messages are delivered again as they are."""
    return operation if operation.again is None else repeat(operation.again, lane.history.tick())


def copy_of(world: World) -> World:
    """Return a world to try something on."""
    copied: World = pickle.loads(pickle.dumps(world, pickle.HIGHEST_PROTOCOL))
    return copied
