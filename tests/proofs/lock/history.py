"""One history: fifty workers interleaved step by step on several connections, outages and blips among them.

Every reply of the shipped SQL is compared with the model; every commit is compared with the epoch of that moment.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row
from pydantic import SecretStr
from tests.proofs.lock.model import Lock
from tests.proofs.lock.worker import Call, Worker

from auspex.core.database import Connection
from auspex.core.ids import new_id
from auspex.providers import lease, lease_control
from auspex.providers.audit import verify_chain
from auspex.providers.call_store import CallRecord, store_call
from auspex.providers.classify import Failure
from auspex.providers.contract import PROVIDERS, FailureClass, Usage
from auspex.providers.settings import Configuration, Provider

WORKERS = 50
SLOTS = 6
LOCK_TIMEOUT = "2ms"
CONFIGURATION = Configuration(
    tuple(
        Provider(name, "https://example.org", "model", SecretStr(name), frozenset({"json"}), Decimal(1), Decimal(1))
        for name in PROVIDERS
    )
)
START = datetime(2030, 1, 1, tzinfo=UTC)
KINDS = (
    "outages", "blips", "operator_moves", "delays", "expiries", "crashes_after_call", "crashes_in_store",
    "late_failures", "late_successes", "redone", "refused_by_the_fence", "lock_waits", "open_stores", "two_call_runs",
)  # fmt: skip
CHECKS = {
    "runs of two epochs or providers": """
        SELECT count(*) AS wrong FROM (
          SELECT run FROM proof.effects GROUP BY run HAVING count(DISTINCT epoch) > 1 OR count(DISTINCT provider) > 1
        ) AS r""",
    "accepted results of another epoch": """
        SELECT count(*) AS wrong FROM providers.call_acceptance AS a JOIN providers.calls AS c ON c.call_id = a.call_id
        WHERE a.accepted AND a.epoch_seen <> c.epoch""",
    "effects without an accepted call": """
        SELECT count(*) AS wrong FROM proof.effects AS e
        LEFT JOIN providers.call_acceptance AS a ON a.call_id = e.call_id AND a.accepted
        WHERE a.call_id IS NULL""",
}
SWITCHES = (
    b"SELECT count(*) AS switches FROM providers.events WHERE type = 'switch' AND evidence ->> 'class' IS NOT NULL"
)
EFFECTS = """
CREATE SCHEMA proof;
CREATE TABLE proof.effects (run text NOT NULL, call_id text PRIMARY KEY, epoch bigint NOT NULL, provider text NOT NULL);
GRANT USAGE ON SCHEMA proof TO auspex_filings;
GRANT INSERT ON proof.effects TO auspex_filings;
GRANT USAGE ON SCHEMA proof TO auspex_providers;
GRANT SELECT ON proof.effects TO auspex_providers;
"""


class ViolationError(AssertionError):
    """The lock did what it must never do."""


@dataclass(slots=True)
class Lane:
    """One database with its connections: a product's, an operator's, and a few for transactions that stay open."""

    url: str
    operator_url: str
    product: Connection = field(init=False)
    operator: Connection = field(init=False)
    slots: list[Connection] = field(init=False)
    lock: Lock = field(default_factory=Lock)
    seen: Counter[str] = field(default_factory=Counter)
    at: datetime = START
    histories: int = 0
    switches: int = 0

    def __post_init__(self) -> None:
        self.product, self.operator = _connect(self.url), _connect(self.operator_url)
        self.slots = [_connect(self.url) for _ in range(SLOTS)]

    def run(self, seed: int) -> None:
        """Run one history. Raises ViolationError."""
        History(self, random.Random(seed), f"{seed}").run()
        self.histories += 1

    def check_stored(self) -> None:
        """Compare what the tables say at the end: the chain, one epoch per run, switches. Raises ViolationError."""
        verdict = verify_chain(self.operator)
        if not verdict.valid:
            raise ViolationError(f"the audit breaks at {verdict.broken_at}: {verdict.problem}")
        for name, sql in CHECKS.items():
            found = self.operator.execute(sql.encode()).fetchone()
            if found is None or found["wrong"]:
                raise ViolationError(f"{name}: {found}")
        row = self.operator.execute(SWITCHES).fetchone()
        if row is None or row["switches"] != self.switches:
            raise ViolationError(f"{row} switches stand in the audit instead of {self.switches}")

    def close(self) -> None:
        """Close every connection."""
        for connection in (self.product, self.operator, *self.slots):
            connection.close()


def _connect(url: str) -> Connection:
    connection = psycopg.connect(url, autocommit=True, prepare_threshold=1, row_factory=dict_row)
    connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    connection.execute("SET synchronous_commit = off")
    return connection


class History:
    """What happens between two nights of rest."""

    def __init__(self, lane: Lane, chance: random.Random, name: str) -> None:
        self.lane = lane
        self.chance = chance
        self.name = name
        self.lock = lane.lock
        self.seen = lane.seen
        self.step_number = 0
        self.down: dict[str, str] = {}
        self.outages = 0
        self._slots_in_use: set[int] = set()

    def now(self) -> datetime:
        """Return the history's present instant; it moves with every step."""
        return self.lane.at

    def run(self) -> None:
        """Interleave the workers until all are done."""
        self.lane.at += timedelta(hours=25)
        self.lock.begin()
        self._answer_once()
        workers = self._workers()
        events = self._events()
        alive = list(workers)
        while alive:
            self.step_number += 1
            self.lane.at += timedelta(milliseconds=self.chance.randrange(20, 200))
            while events and events[-1][0] <= self.step_number:
                events.pop()[1](workers)
            ready = [worker for worker in alive if worker.wakes_at <= self.step_number]
            if not ready:
                self.step_number = min(worker.wakes_at for worker in alive) - 1
                continue
            self.chance.choice(ready).step(self)
            alive = [worker for worker in alive if not worker.is_done]
        self._check_switches()

    def _answer_once(self) -> None:
        """Begin with an answer, so that no failure of the day before counts as one in a row."""
        epoch, provider = self.acquire()
        self.record_success(Call(new_id("call"), epoch, provider, self.now()))

    def _events(self) -> list[tuple[int, Callable[[list[Worker]], None]]]:
        """Return what happens to providers and at which step, the first one last."""
        chance = self.chance
        found = [(chance.randrange(20, 160), self._outage) for _ in range(chance.choice((0, 1, 1, 2)))]
        found += [(chance.randrange(10, 200), self._blip) for _ in range(chance.choice((0, 1)))]
        if chance.random() < 0.2:
            found.append((chance.randrange(10, 200), self._operator_moves))
        return sorted(found, key=lambda event: -event[0])

    def _workers(self) -> list[Worker]:
        workers = [
            Worker(number, self.chance, 2 if self.chance.random() < 0.3 else 1, self.chance.randrange(1, 60))
            for number in range(WORKERS)
        ]
        self.seen["two_call_runs"] += sum(worker.calls_wanted == 2 for worker in workers)
        return workers

    # ── What happens to providers ───────────────────────────────────────────────────────────────────────────────────

    def _outage(self, workers: list[Worker]) -> None:
        """The present holder goes down for the rest of the history."""
        if self.lock.provider is not None and self.lock.provider not in self.down:
            self.down[self.lock.provider] = self.chance.choice(("unavailable", "unavailable", "auth", "quota"))
            self.outages += 1
            self.seen["outages"] += 1

    def _blip(self, workers: list[Worker]) -> None:
        """Every call under way to the holder breaks, once."""
        for worker in workers:
            call = worker.under_way
            if call is not None and call.provider == self.lock.provider:
                call.failure = call.failure or "unavailable"
        self.seen["blips"] += 1

    def _operator_moves(self, workers: list[Worker]) -> None:
        """An operator moves the lease to a provider that is up."""
        target = next(p for p in PROVIDERS if p != self.lock.provider and p not in self.down)
        try:
            lease_control.take_lease(
                self.lane.operator, provider=target, configuration=CONFIGURATION, actor="operator", reason="proof",
                at=self.now(),
            )  # fmt: skip
        except psycopg.errors.LockNotAvailable:
            self.seen["lock_waits"] += 1
            return
        self.lock.move(target)
        self.seen["operator_moves"] += 1

    def failure_of(self, provider: str) -> str | None:
        """Return how a call to a provider that begins now will fail, if it will."""
        return self.down.get(provider)

    # ── What workers do, through the shipped functions ──────────────────────────────────────────────────────────────

    def acquire(self) -> tuple[int, str]:
        """Return the holder, as the gateway would ask."""
        held = lease.acquire(
            self.lane.product, configuration=CONFIGURATION, actor="worker", reason="proof", at=self.now()
        )
        self.lock.take()
        self._expect((held.epoch, held.provider), (self.lock.epoch, self.lock.provider), "acquire")
        assert held.provider is not None
        return held.epoch, held.provider

    def record_failure(self, call: Call) -> str:
        """Record a failure; `stale`, `switched`, `counted`, `nothing`, or `locked` when it must be tried again."""
        assert call.failure is not None
        until = {"auth": timedelta(hours=24), "quota": timedelta(hours=1)}.get(call.failure)
        failure = Failure(FailureClass(call.failure), "proof", None if until is None else self.now() + until)
        try:
            after = lease.record_failure(
                self.lane.product, epoch=call.epoch, failure=failure, started_at=call.started_at,
                configuration=CONFIGURATION, actor="worker", evidence={}, at=self.now(),
            )  # fmt: skip
        except psycopg.errors.LockNotAvailable:
            self.seen["lock_waits"] += 1
            return "locked"
        stale, counted = self.lock.fail(call.epoch, call.failure, started_at=call.started_at, at=self.now())
        self._expect(
            (after.stale, after.counted, after.epoch, after.provider),
            (stale, counted, self.lock.epoch, self.lock.provider), "failure",
        )  # fmt: skip
        if stale:
            return "stale"
        return "switched" if after.epoch != call.epoch else "counted" if counted else "nothing"

    def record_success(self, call: Call) -> bool | None:
        """Keep a call and its success, as the gateway does; None when the lock must be waited for."""
        record = CallRecord(
            call_id=call.call_id, epoch=call.epoch, provider=call.provider, model="model", purpose="proof",
            ref_id=self.name, prompt_sha256="0", params={}, body=b"", usage=Usage(), cost_micro_usd=None,
            latency_ms=1, http_status=200, outcome="ok", rule="ok", started_at=call.started_at,
        )  # fmt: skip
        try:
            with self.lane.product.pipeline(), self.lane.product.transaction():
                store_call(self.lane.product, record, at=self.now())
                standing = lease.record_success(self.lane.product, epoch=call.epoch, actor="worker", at=self.now())
        except (psycopg.errors.LockNotAvailable, psycopg.errors.PipelineAborted):
            self.seen["lock_waits"] += 1
            return None
        self._expect(standing, self.lock.succeed(call.epoch), "success")
        return standing

    def store_at_once(self, worker: int, calls: list[Call]) -> bool:
        """Store results and fence in one statement each, all of one transaction."""
        with self.lane.product.pipeline(), self.lane.product.transaction():
            stored = self._store(self.lane.product, worker, calls)
        self._check_stored(stored, calls)
        return stored

    def open_store(self, slot: int, worker: int, calls: list[Call]) -> bool:
        """Begin a transaction, store behind the fence, and leave it open."""
        self._slots_in_use.add(slot)
        connection = self.lane.slots[slot]
        connection.execute("BEGIN")
        stored = self._store(connection, worker, calls)
        self.seen["open_stores"] += stored
        return stored

    def commit(self, slot: int, calls: list[Call]) -> None:
        """Commit an open transaction: its epoch must still be the present one."""
        self.lane.slots[slot].execute("COMMIT")
        self._slots_in_use.discard(slot)
        self._check_stored(True, calls)

    def abandon(self, slot: int) -> None:
        """Lose a transaction, as the death of its process would."""
        self.lane.slots[slot].execute("ROLLBACK")
        self._slots_in_use.discard(slot)

    def free_slot(self) -> int | None:
        """Return a connection for a transaction that stays open, if one is free."""
        return next((slot for slot in range(SLOTS) if slot not in self._slots_in_use), None)

    def _store(self, connection: Connection, worker: int, calls: list[Call]) -> bool:
        run = f"{self.name}/{worker}"
        for call in calls:
            if not lease.accept_result(connection, epoch=calls[0].epoch, call_id=call.call_id, at=self.now()):
                self.seen["refused_by_the_fence"] += 1
                return False
            connection.execute(
                "INSERT INTO proof.effects VALUES (%s, %s, %s, %s)", (run, call.call_id, call.epoch, call.provider)
            )
        return True

    # ── What must hold ──────────────────────────────────────────────────────────────────────────────────────────────

    def _check_stored(self, stored: bool, calls: list[Call]) -> None:
        if stored and {call.epoch for call in calls} != {self.lock.epoch}:
            raise ViolationError(f"{self.name}: a result of epoch {calls[0].epoch} was stored in {self.lock.epoch}")
        if stored and {call.provider for call in calls} != {self.lock.provider}:
            raise ViolationError(f"{self.name}: a run was answered by {[call.provider for call in calls]}")

    def _check_switches(self) -> None:
        self.lane.switches += self.lock.switches
        if self.lock.switches > self.outages:
            raise ViolationError(f"{self.name}: {self.lock.switches} switches in {self.outages} outages")

    def _expect(self, got: Any, wanted: Any, what: str) -> None:
        if got != wanted:
            raise ViolationError(f"{self.name}, step {self.step_number}, {what}: {got} instead of {wanted}")
