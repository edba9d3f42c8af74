"""The oracle: what accounts, reservations and jobs must be after each operation, without locks, sessions or crashes.

Written from API.md, not from the SQL. A method that raises Refused has changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

ALIVE = ("queued", "running")
ANALYSES_MAX = 2
COOLDOWN = timedelta(seconds=31)
IDLE = timedelta(minutes=120)
SECOND = timedelta(seconds=1)


class Refused(Exception):  # noqa: N818 - an outcome, not an error
    """A refusal with its SQLSTATE and what it says."""

    def __init__(self, sqlstate: str, **detail: Any) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate
        self.detail = detail


@dataclass(slots=True)
class Hold:
    """A reservation."""

    tokens: int
    is_analysis: bool
    last_analysis_at: datetime | None
    opened_at: datetime
    expires_at: datetime
    job_id: str | None = None
    settled: int | None = None


@dataclass(slots=True)
class Account:
    """One account with its ledger in sums, and what it is remembered by."""

    account_id: str
    plan: str
    available: int = 0
    reserved: int = 0
    revenue: int = 0
    issued: int = 0
    day: str | None = None
    used: int = 0
    last_at: datetime | None = None
    charges: dict[str, int] = field(default_factory=dict)
    """Tokens by request key, of everything that the ledger knows by a key of the caller's."""
    refunded: dict[str, int] = field(default_factory=dict)
    windows: dict[str, datetime] = field(default_factory=dict)
    effects: set[str] = field(default_factory=set)
    holds: dict[str, list[Hold]] = field(default_factory=dict)
    full_at: datetime | None = None

    # ── Money ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def require(self, tokens: int) -> None:
        """Refuse what the balance does not hold."""
        if self.available < tokens:
            raise Refused("AX402", balance=self.available, required=tokens)

    def spend(self, key: str, tokens: int, window: timedelta | None, *, is_analysis: bool, at: datetime) -> bool:
        """Charge a request once; with a window, once per window."""
        if window is not None:
            last = self.windows.get(key)
            if last is not None and last + window > at:
                return False
        elif key in self.charges:
            return False
        self.require(tokens)
        if is_analysis:
            self.take_analysis(at)
        if window is not None:
            self.windows[key] = at
            key = f"{key}@{at.timestamp():.6f}"
        self.charges[key] = tokens
        self.available -= tokens
        self.revenue += tokens
        return True

    def take_analysis(self, at: datetime) -> datetime | None:
        """Take one of the free plan's analyses; return when the one before was."""
        if self.plan != "free":
            return None
        today = f"{at:%Y-%m-%d}"
        begins_day = self.day is None or self.day < today
        if not begins_day and self.used >= ANALYSES_MAX:
            raise Refused("AX429", code="daily-allowance-used", used=self.used)
        if self.last_at is not None and self.last_at + COOLDOWN > at:
            raise Refused("AX429", code="cooldown", used=self.used)
        before, self.last_at = self.last_at, at
        self.used = 1 if begins_day else self.used + 1
        self.day = today if begins_day else self.day
        return before

    def give(self, key: str, tokens: int) -> bool:
        """Grant tokens, or adjust them either way."""
        if key in self.charges:
            return False
        self.require(-tokens)
        self.charges[key] = 0
        self.available += tokens
        self.issued -= tokens
        return True

    def refund(self, charge: str, key: str, tokens: int | None) -> bool:
        """Pay back part of a charge, or what is left of it."""
        if key in self.charges:
            return False
        charged, returned = self.charges[charge], self.refunded.get(charge, 0)
        wanted = charged - returned if tokens is None else tokens
        if wanted <= 0 or returned + wanted > charged:
            raise Refused("AX409", charged=charged, refunded=returned)
        self.charges[key] = 0
        self.refunded[charge] = returned + wanted
        self.available += wanted
        self.revenue -= wanted
        return True

    # ── Reservations ────────────────────────────────────────────────────────────────────────────────────────────────

    def reserve(
        self, key: str, tokens: int, *, is_analysis: bool, expires_at: datetime, at: datetime, job_id: str | None = None
    ) -> str:
        """Set tokens aside once per request; after a release the request may try again."""
        tried = self.holds.setdefault(key, [])
        if tried and (tried[-1].settled is None or tried[-1].settled > 0 or tried[-1].tokens == 0):
            return "open" if tried[-1].settled is None else "settled"
        self.require(tokens)
        before = self.take_analysis(at) if is_analysis else None
        counted = is_analysis and self.plan == "free"
        tried.append(Hold(tokens, counted, before, at, expires_at, job_id))
        self.available -= tokens
        self.reserved += tokens
        return "made"

    def settle(self, hold: Hold, tokens: int) -> int:
        """Pay part of a reservation and give back the rest; a second call changes nothing."""
        if hold.settled is not None:
            return hold.settled
        if not 0 <= tokens <= hold.tokens:
            raise Refused("AX409")
        hold.settled = tokens
        self.reserved -= hold.tokens
        self.available += hold.tokens - tokens
        self.revenue += tokens
        return tokens

    def release(self, hold: Hold) -> None:
        """Give a reservation back whole, with its analysis."""
        if hold.settled is not None:
            return
        self.settle(hold, 0)
        for later in (one for tries in self.holds.values() for one in tries if one.settled is None):
            if hold.is_analysis and later.last_analysis_at == hold.opened_at:
                later.last_analysis_at = hold.last_analysis_at
        if hold.is_analysis and self.plan == "free":
            if self.day == f"{hold.opened_at:%Y-%m-%d}":
                self.used = max(self.used - 1, 0)
            if self.last_at == hold.opened_at:
                self.last_at = hold.last_analysis_at

    # ── Rates ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def admit(self, emission: timedelta, burst: int, at: datetime) -> tuple[int, float]:
        """Count a request unless the bucket is empty; return what is left and seconds to wait."""
        ahead = max((self.full_at or at) - at, timedelta(0)) + emission
        room = burst * emission - ahead
        if room < timedelta(0):
            return 0, -room / SECOND
        self.full_at = max(self.full_at or at, at) + emission
        return room // emission, 0.0


@dataclass(slots=True)
class Unit:
    """One unit of a job: paid for parts delivered, or counted in items by the job's meter."""

    price: dict[str, int]
    state: str = "queued"
    settled: int = 0
    items: int = 0

    @property
    def tokens(self) -> int:
        """What its parts cost together."""
        return sum(self.price.values())


@dataclass(frozen=True, slots=True)
class Meter:
    """What items cost: `base` for having any, `tokens` for every `per`."""

    base: int
    tokens: int
    per: int


@dataclass(slots=True)
class Job:
    """A job with its units; `hold` is its open reservation."""

    job_id: str
    owner: Account
    quote: int
    units: dict[str, Unit]
    expires_at: datetime
    progressed_at: datetime
    status: str = "queued"
    cost: int = 0
    attempts: int = 0
    hold: Hold | None = None
    meter: Meter | None = None

    @property
    def is_alive(self) -> bool:
        """Tell whether it has not ended."""
        return self.status in ALIVE

    def missing(self) -> list[str]:
        """Return the units that could be done again."""
        return sorted(key for key, unit in self.units.items() if unit.state in ("failed", "released"))

    def refresh(self, at: datetime) -> None:
        """Become what the units say; only work ends a job here."""
        if not self.is_alive:
            return
        self.progressed_at = at
        states = [unit.state for unit in self.units.values()]
        if any(state in ALIVE for state in states):
            self.status = "running"
        else:
            self.end("succeeded" if "succeeded" in states else "failed")

    def end(self, status: str) -> None:
        """Pay for delivered units, never above what is reserved, and give the rest back."""
        self.status = status
        if self.hold is None:
            return
        done = [unit for unit in self.units.values() if unit.state == "succeeded"]
        due = min(self.owed(done), self.hold.tokens)
        if due == 0 and status == "failed":
            self.owner.release(self.hold)
        else:
            self.owner.settle(self.hold, due)
        for unit in done:
            unit.settled = unit.tokens
        self.cost += due
        self.hold = None

    def owed(self, done: list[Unit]) -> int:
        """Return what the units that are done cost beyond what was paid."""
        if self.meter is None:
            return sum(unit.tokens - unit.settled for unit in done)
        items = sum(unit.items for unit in done if "operator" not in unit.price)
        whole = self.meter.base + items * self.meter.tokens // self.meter.per if items else 0
        return max(whole - self.cost, 0)

    def release_units(self) -> None:
        """Let go of everything that is still open."""
        for unit in self.units.values():
            if unit.state in ALIVE:
                unit.state = "released"

    def reopen(self, units: list[str], at: datetime, expires_at: datetime) -> None:
        """Put units back to work."""
        for key in units:
            self.units[key].state = "queued"
        self.status = "running"
        self.expires_at = expires_at
        self.attempts += 1
        self.refresh(at)

    def reserve_again(self, units: list[str], at: datetime) -> None:
        """Set aside what the units cost, as far as the quote allows; a job that runs keeps its reservation."""
        if self.hold is not None:
            return
        room = self.quote - self.cost
        due = min(sum(self.units[key].tokens for key in units), room)
        if due == 0 and any(not self.units[key].price for key in units):
            due = room
        if due <= 0:
            return
        key = f"job:{self.job_id}:{self.attempts}"
        self.owner.reserve(
            key, due, is_analysis=False, expires_at=self.expires_at + timedelta(days=1), at=at, job_id=self.job_id
        )
        self.hold = self.owner.holds[key][-1]


@dataclass(slots=True)
class World:
    """What one history touches: two accounts and their jobs."""

    accounts: list[Account]
    jobs: dict[str, Job] = field(default_factory=dict)
    asked: dict[tuple[str, str], str] = field(default_factory=dict)
    """The job that (account, Idempotency-Key) made."""
    payments: dict[str, str] = field(default_factory=dict)

    def waiting_for(self, unit: str) -> list[Job]:
        """Return the live jobs in which a unit is open."""
        return [
            job for job in self.jobs.values() if job.is_alive and unit in job.units and job.units[unit].state in ALIVE
        ]

    def expire_overdue(self, at: datetime) -> None:
        """End what is past its time, or idle for too long."""
        for job in self.jobs.values():
            if job.is_alive and (job.expires_at <= at or job.progressed_at <= at - IDLE):
                job.release_units()
                job.end("expired")

    def release_forgotten(self, at: datetime) -> int:
        """Give back reservations past their time that no live job stands behind."""
        released = 0
        for account in self.accounts:
            for hold in [hold for tried in account.holds.values() for hold in tried]:
                is_live = hold.job_id is not None and self.jobs[hold.job_id].is_alive
                if hold.settled is None and hold.expires_at <= at and not is_live:
                    account.release(hold)
                    released += 1
        return released
