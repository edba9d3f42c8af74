"""Random histories: what callers, workers, operators and payment services do next, given what is so.

Everything follows from the seed. A history has two accounts, so that jobs of different owners wait for the same unit.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.proofs import job_operations as jobs
from tests.proofs import operations as ops
from tests.proofs.job_operations import NewJob
from tests.proofs.model import Account, Meter, World
from tests.proofs.operations import Operation

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
START = datetime(2024, 11, 4, 23, 50, tzinfo=UTC)
"""Ten minutes before midnight, so that a day's allowance begins anew within a history."""
ROUND = timedelta(minutes=20)
SWEEP_AFTER = timedelta(minutes=19)
END = START + timedelta(days=6)
WINDOW = timedelta(minutes=10)
ITEMS_MAX = 12
"""What a unit of a metered job delivers at most."""
PLANS = ("free", "prepaid", "premium")
Make = Callable[[datetime], Operation]


@dataclass(slots=True)
class Delivery:
    """A message on its way: `number` is its place in the order it was sent in."""

    number: int
    make: Make
    is_repeat: bool = False


@dataclass(slots=True)
class History:
    """One history under way; `counts` is what happened in it."""

    seed: int
    rng: random.Random
    world: World
    now: datetime = START
    counts: Counter[str] = field(default_factory=Counter)
    keyed: list[Make] = field(default_factory=list)
    """Requests that a client may send again, word for word."""
    deliveries: list[Delivery] = field(default_factory=list)
    last_number: int = -1
    names: int = 0

    # ── Time and names ──────────────────────────────────────────────────────────────────────────────────────────────

    def begin_round(self, number: int) -> None:
        """Move to a round's time."""
        self.now = START + number * ROUND

    def tick(self) -> datetime:
        """Let a moment pass; clocks of different machines may go back a little."""
        self.now += timedelta(seconds=self.rng.choice((0, 1, 5, 31, 40)))
        return self.now - timedelta(seconds=self.rng.choice((0, 0, 0, 0, 0, 2)))

    def name(self, prefix: str) -> str:
        """Return a name that nobody has yet."""
        self.names += 1
        return f"{prefix}{self.names}"

    # ── What happens next ───────────────────────────────────────────────────────────────────────────────────────────

    def opening(self) -> list[Operation]:
        """Return what gives both accounts something to spend."""
        at = self.tick()
        packs = (self.rng.choice((0, 5, 20, 40)), self.rng.choice((10, 30, 100)))
        keys = (self.name("grant-"), self.name("grant-"))
        return [
            ops.give(account, "grant", keys[account], packs[account], at=at, world=self.world)
            for account in (0, 1) if packs[account]
        ]  # fmt: skip

    def next(self) -> Operation:
        """Return the next operation, made for the present world."""
        while True:
            (choose,) = self.rng.choices(CHOICES, WEIGHTS)
            operation = choose(self)
            if operation is not None:
                return operation

    def rival(self, first: Operation) -> Operation:
        """Return an operation that runs beside the first one: its twin, or whatever else may come between."""
        if self.rng.random() < 0.4 and (first.again is not None or first.kind != "create_job"):
            return first if first.again is None else repeat(first.again, self.tick())
        roll = self.rng.random()
        if first.reports is not None and roll < 0.7:
            unit, at = first.reports, self.tick()
            if roll < 0.4:
                return (
                    jobs.advance(unit, 50, at) if first.kind == "finish" else jobs.finish(unit, "succeeded", [], 1, at)
                )
            return _cancel(self) or self.next()
        if first.kind == "cancel" and roll < 0.7:
            return _finish_something(self) or self.next()
        return self.next()


def new_history(seed: int, number: int) -> History:
    """Begin a history; `number` makes its accounts' names differ from every other's in the database."""
    rng = random.Random(seed)
    accounts = [
        Account(f"acct_{_base32(2 * number)}", rng.choice(("free", *PLANS))),
        Account(f"acct_{_base32(2 * number + 1)}", "prepaid"),
    ]
    return History(seed, rng, World(accounts))


def repeat(make: Make, at: datetime) -> Operation:
    """Return a client's request, this time or once more."""
    operation = make(at)
    operation.again = make
    return operation


def key_of(account: Account) -> bytes:
    """Return the digest of an account's API key."""
    return hashlib.sha256(account.account_id.encode()).digest()


def _base32(number: int) -> str:
    digits = ""
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return digits


# ── Requests ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _again(history: History, make: Make) -> Operation:
    history.keyed.append(make)
    return repeat(make, history.tick())


def _spend(history: History) -> Operation:
    account, tokens = history.rng.randrange(2), history.rng.choice((0, 0, 1, 1, 2, 3, 5, 9))
    is_analysis = history.rng.random() < 0.7
    if not history.rng.getrandbits(1):
        key = history.name("request-")  # no Idempotency-Key: the request id is the key, and nobody sends it again
        return ops.spend(
            account, key, tokens, history.tick(), window=None, is_analysis=is_analysis, world=history.world
        )
    key = history.name("key-")
    return _again(
        history,
        lambda at: ops.spend(account, key, tokens, at, window=None, is_analysis=is_analysis, world=history.world),
    )


def _read(history: History) -> Operation:
    account, tokens = history.rng.randrange(2), history.rng.choice((1, 2))
    key = history.name("read-")
    return _again(
        history, lambda at: ops.spend(account, key, tokens, at, window=WINDOW, is_analysis=False, world=history.world)
    )


def _ask(history: History) -> Operation:
    account, tokens = history.rng.randrange(2), history.rng.choice((0, 1, 3, 6))
    is_analysis = history.rng.random() < 0.5
    key, lives = history.name("ask-"), timedelta(minutes=history.rng.choice((5, 600)))
    return _again(
        history,
        lambda at: ops.reserve(
            account, key, tokens, at, is_analysis=is_analysis, expires_at=at + lives, world=history.world
        ),
    )


def _close(history: History) -> Operation | None:
    account = history.rng.randrange(2)
    tried = [(key, holds) for key, holds in history.world.accounts[account].holds.items() if holds and ":" not in key]
    if not tried:
        return None
    key, holds = history.rng.choice(tried)
    attempt = history.rng.randint(max(1, len(holds) - 1), len(holds))
    most = holds[attempt - 1].tokens
    tokens = history.rng.choice((None, None, 0, most // 2, most, most, most + 1))
    return _again(history, lambda at: ops.close(account, key, attempt, tokens, at=at, world=history.world))


def _retry(history: History) -> Operation | None:
    if not history.keyed:
        return None
    history.counts["retries"] += 1
    return repeat(history.rng.choice(history.keyed), history.tick())


def _admit(history: History) -> Operation:
    account = history.rng.randrange(2)
    digest = key_of(history.world.accounts[account])
    return _again(history, lambda at: ops.admit(account, digest, at, history.world))


# ── Jobs ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _create_job(history: History) -> Operation:
    rng, account = history.rng, history.rng.randrange(2)
    scan = rng.random() < 0.3
    shared = [f"{history.world.accounts[0].account_id}-shared-{number}" for number in range(3)]
    units = [*rng.sample(shared, rng.randint(1, 2)), f"{history.world.accounts[0].account_id}-{history.name('u')}"]
    prices = {unit: {"work": rng.choice((1, 2)), "extra": rng.choice((0, 3))} for unit in units if rng.random() < 0.8}
    quote = sum(sum(price.values()) for price in prices.values())
    if scan:
        quote = rng.choice((0, 3, max(quote, 1)))
    asked = [f"{history.world.accounts[0].account_id}-{history.name('scan')}"] if scan else units
    meter = None
    if not scan and rng.random() < 0.3:
        meter, prices = Meter(rng.choice((0, 1)), rng.choice((1, 3, 5)), rng.choice((2, 10))), {}
        quote = rng.choice((1, 4, meter.base + ITEMS_MAX * len(units) * meter.tokens // meter.per))
    key = history.name("job-") if rng.random() < 0.8 else None
    lives, is_analysis = timedelta(minutes=rng.choice((10, 30, 1_440))), rng.random() < 0.3

    def make(at: datetime) -> Operation:
        history.names += 1
        job_id = f"job_{history.world.accounts[0].account_id[-18:]}{_base32(history.names)[-8:]}"
        new = NewJob(job_id, key, asked, {} if scan else prices, quote, is_analysis, at + lives, meter)
        _send_work(history, job_id, asked, units if scan else [], prices)
        return jobs.create_job(account, new, at, history.world)

    if key is None:
        return make(history.tick())
    return _again(history, make)


def _send_work(
    history: History, job_id: str, asked: list[str], found: list[str], prices: dict[str, dict[str, int]]
) -> None:
    """Put the messages of a job on their way; each may come twice, and in any order."""
    if found and history.rng.random() < 0.9:
        _deliver(history, lambda at: jobs.expand(job_id, asked[0], found, prices=prices, at=at))
    for unit in found or asked:
        if history.rng.random() < 0.5:
            progress = history.rng.randrange(100)
            _deliver(history, partial(jobs.advance, unit, progress))
        if history.rng.random() < 0.9:
            state = history.rng.choice(("succeeded", "succeeded", "failed"))
            undelivered = ["extra"] if state == "succeeded" and history.rng.random() < 0.3 else []
            _deliver(history, partial(jobs.finish, unit, state, undelivered, history.rng.randint(0, ITEMS_MAX)))


def _deliver(history: History, make: Make) -> None:
    history.names += 1
    history.deliveries.append(Delivery(history.names, make))


def _deliver_next(history: History) -> Operation | None:
    waiting = history.deliveries
    if not waiting:
        return None
    place = 0 if history.rng.random() < 0.5 else history.rng.randrange(len(waiting))
    delivery = waiting.pop(place)
    if delivery.is_repeat:
        history.counts["duplicates"] += 1
    if delivery.number < history.last_number:
        history.counts["reorders"] += 1
    history.last_number = max(history.last_number, delivery.number)
    if history.rng.random() < 0.35:
        waiting.insert(history.rng.randint(0, len(waiting)), Delivery(delivery.number, delivery.make, is_repeat=True))
    return delivery.make(history.tick())


def _finish_something(history: History) -> Operation | None:
    alive = [unit for job in history.world.jobs.values() if job.is_alive for unit in job.units]
    if not alive:
        return None
    state = history.rng.choice(("succeeded", "failed"))
    return jobs.finish(history.rng.choice(alive), state, [], history.rng.randint(0, ITEMS_MAX), history.tick())


def _cancel(history: History) -> Operation | None:
    known = list(history.world.jobs.values())
    if not known:
        return None
    alive = [job for job in known if job.is_alive]
    job = history.rng.choice(alive if alive and history.rng.random() < 0.8 else known)
    return jobs.cancel(job.owner.account_id, job.job_id, history.tick())


def _redrive(history: History) -> Operation | None:
    unfinished = [job for job in history.world.jobs.values() if job.missing()]
    if not unfinished:
        return None
    job = history.rng.choice(unfinished)
    units = [unit for unit in job.missing() if history.rng.random() < 0.8]
    at = history.tick()
    for unit in units:
        state = history.rng.choice(("succeeded", "failed"))
        _deliver(history, partial(jobs.finish, unit, state, [], history.rng.randint(0, ITEMS_MAX)))
    return jobs.redrive(job.job_id, units, at, at + timedelta(minutes=history.rng.choice((10, 1_440))))


def _operator_redrive(history: History) -> Operation | None:
    failed = [unit for job in history.world.jobs.values() for unit in job.missing()]
    if not failed:
        return None
    unit, at = history.rng.choice(failed), history.tick()
    _deliver(history, partial(jobs.finish, unit, "succeeded", [], ITEMS_MAX))
    return jobs.operator_redrive(unit, at, at + timedelta(minutes=history.rng.choice((10, 1_440))))


# ── Operators and payments ──────────────────────────────────────────────────────────────────────────────────────────
def _give(history: History) -> Operation:
    account, kind = history.rng.randrange(2), history.rng.choice(("grant", "adjust"))
    tokens = history.rng.choice((1, 5, 10)) if kind == "grant" else history.rng.choice((-7, -1, 2))
    key = history.name(f"{kind}-")
    return _again(history, lambda at: ops.give(account, kind, key, tokens, at=at, world=history.world))


def _refund(history: History) -> Operation | None:
    account = history.rng.randrange(2)
    given = ("grant", "adjust", "payment")
    charged = [key for key in history.world.accounts[account].charges if not key.startswith(given)]
    if not charged:
        return None
    charge, key = history.rng.choice(charged), history.name("refund-")
    tokens = history.rng.choice((None, 1, 2))
    return _again(history, lambda at: ops.refund(account, charge, key, tokens, at=at, world=history.world))


def _pay(history: History) -> Operation:
    account, pack = history.rng.randrange(2), history.rng.choice((10, 30, 100))
    payment_id = f"{history.world.accounts[0].account_id}-{history.name('pay')}"
    return _again(
        history, lambda at: ops.pay(account, payment_id, pack, history.name("event-"), at=at, world=history.world)
    )


def _change_plan(history: History) -> Operation:
    return ops.change_plan(history.rng.randrange(2), history.rng.choice(PLANS), history.world)


CHOICES: tuple[Callable[[History], Operation | None], ...] = (
    _spend, _read, _ask, _close, _retry, _admit, _create_job, _deliver_next, _cancel, _redrive, _operator_redrive,
    _give, _refund, _pay, _change_plan,
)  # fmt: skip
WEIGHTS = (18, 6, 7, 9, 12, 4, 12, 26, 5, 7, 4, 3, 5, 3, 1)
