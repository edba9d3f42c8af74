"""What a history is made of: each operation sends shipped SQL, and tells what the oracle says must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.proofs.model import ANALYSES_MAX, COOLDOWN, Hold, Refused, World
from tests.proofs.wire import Call, Outcome

COOLDOWN_TEXT = f"{COOLDOWN.total_seconds():.0f} seconds"
RATE_EMISSION = timedelta(seconds=4)
RATE_BURST = 10
Expected = tuple[Any, ...]


@dataclass(slots=True)
class Operation:
    """One transaction of a caller, worker, operator or schedule; `kind` is what the counters call it."""

    kind: str
    calls: list[Call]
    """The statements of the transaction, in order; a process may die before and after each."""
    judge: Callable[[World], Expected]
    """Apply it to the oracle and return what a caller must see."""
    read: Callable[[Outcome], Expected]
    """Return what the caller saw."""
    account: str = ""
    begins: frozenset[str] = frozenset()
    """Units it puts to work."""
    reports: str | None = None
    """The unit whose progress or end it reports."""
    again: Callable[[datetime], Operation] | None = None
    """Makes the same request once more, as its client would."""

    def may_meet(self, other: Operation) -> bool:
        """Tell whether both may be under way at once: products report a unit and begin it under a lock of their own."""
        return other.reports not in self.begins and self.reports not in other.begins

    def expect(self, world: World) -> Expected:
        """Apply it to the oracle; a refusal is an outcome like another."""
        try:
            return self.judge(world)
        except Refused as refused:
            return (refused.sqlstate, *sorted(refused.detail.items()))

    def observe(self, outcome: Outcome) -> Expected:
        """Return what the caller saw, in the form of `expect`."""
        refusal = outcome.refusal
        if refusal is None:
            return self.read(outcome)
        if not refusal.sqlstate.startswith("AX"):
            return (refusal.sqlstate, refusal.message)
        told = {key: value for key, value in refusal.detail.items() if key not in ("limit", "retry_after")}
        return (refusal.sqlstate, *sorted(told.items()))


def spend(
    account: int, key: str, tokens: int, at: datetime, *, window: timedelta | None, is_analysis: bool, world: World
) -> Operation:
    """A request whose price is known: effect and charge in one transaction; pure reads have a window instead."""
    account_id = world.accounts[account].account_id
    period = None if window is None else f"{window.total_seconds():.0f} seconds"
    charge: Call = (
        "spend",
        (account_id, key, tokens, period, boolean(is_analysis), ANALYSES_MAX, COOLDOWN_TEXT, key, text(at)),
    )
    effect: Call = ("effect", (account_id, key))

    def judge(world: World) -> Expected:
        owner = world.accounts[account]
        charged = owner.spend(key, tokens, window, is_analysis=is_analysis, at=at)
        if window is None:
            owner.effects.add(key)
        return ("charged" if charged else "known", owner.available)

    def read(outcome: Outcome) -> Expected:
        charged, balance = outcome.rows[-1][0]
        return ("charged" if charged == "t" else "known", number(balance))

    kind = "window_charge" if window else "spend"
    return Operation(kind, [charge] if window else [effect, charge], judge, read, account_id)


def reserve(
    account: int, key: str, tokens: int, at: datetime, *, is_analysis: bool, expires_at: datetime, world: World
) -> Operation:
    """A request whose price is known afterwards (an ask)."""
    account_id = world.accounts[account].account_id

    def judge(world: World) -> Expected:
        owner = world.accounts[account]
        state = owner.reserve(key, tokens, is_analysis=is_analysis, expires_at=expires_at, at=at)
        return (state, owner.available)

    call: Call = (
        "reserve",
        (account_id, key, tokens, boolean(is_analysis), ANALYSES_MAX, COOLDOWN_TEXT, key, text(expires_at), text(at)),
    )
    return Operation("reserve", [call], judge, lambda o: (o.rows[-1][0][0], number(o.rows[-1][0][1])), account_id)


def close(account: int, key: str, attempt: int, tokens: int | None, *, at: datetime, world: World) -> Operation:
    """Settle a reservation with its answer, or release it (None) because the request failed."""
    account_id = world.accounts[account].account_id

    def hold_of(world: World) -> Hold:
        return world.accounts[account].holds[key][attempt - 1]

    def settle(world: World) -> Expected:
        return ("settled", world.accounts[account].settle(hold_of(world), tokens or 0))

    def release(world: World) -> Expected:
        world.accounts[account].release(hold_of(world))
        return ("released",)

    if tokens is None:
        call: Call = ("release", (account_id, key, attempt, text(at)))
        return Operation("release", [call], release, lambda _: ("released",), account_id)
    call = ("settle", (account_id, key, attempt, tokens, text(at)))
    return Operation("settle", [call], settle, lambda o: ("settled", number(o.rows[-1][0][0])), account_id)


def give(account: int, kind: str, key: str, tokens: int, *, at: datetime, world: World) -> Operation:
    """An operator grants tokens, or adjusts a balance."""
    account_id = world.accounts[account].account_id
    call: Call = ("grant_tokens", (account_id, kind, key, tokens, key, text(at)))
    return Operation(kind, [call], lambda w: (w.accounts[account].give(key, tokens),), _made, account_id)


def refund(account: int, charge: str, key: str, tokens: int | None, *, at: datetime, world: World) -> Operation:
    """An operator pays a charge back, in part or whole."""
    account_id = world.accounts[account].account_id
    call: Call = ("refund_tokens", (account_id, charge, key, tokens, key, text(at)))
    return Operation("refund", [call], lambda w: (w.accounts[account].refund(charge, key, tokens),), _made, account_id)


def pay(account: int, payment_id: str, pack: int, event_id: str, *, at: datetime, world: World) -> Operation:
    """The payment service reports a payment, as often as it likes."""
    account_id = world.accounts[account].account_id

    def judge(world: World) -> Expected:
        if payment_id in world.payments:
            return (False,)
        owner = world.accounts[account]
        world.payments[payment_id] = account_id
        owner.give(f"payment:{payment_id}", pack)
        owner.plan = "prepaid" if owner.plan == "free" else owner.plan
        return (True,)

    call: Call = ("top_up", (payment_id, account_id, pack, event_id, event_id, text(at)))
    return Operation("payment", [call], judge, _made, account_id)


def change_plan(account: int, plan: str, world: World) -> Operation:
    """An operator changes an account's plan."""
    account_id = world.accounts[account].account_id

    def judge(world: World) -> Expected:
        world.accounts[account].plan = plan
        return ()

    return Operation("change_plan", [("change_plan", (account_id, plan))], judge, lambda _: (), account_id)


def admit(account: int, key_sha256: bytes, at: datetime, world: World) -> Operation:
    """A request knocks: whose key it is, and whether its rate allows it."""
    account_id = world.accounts[account].account_id

    def judge(world: World) -> Expected:
        remaining, wait = world.accounts[account].admit(RATE_EMISSION, RATE_BURST, at)
        return (account_id, remaining, round(wait, 3))

    def read(outcome: Outcome) -> Expected:
        holder, remaining, wait = outcome.rows[-1][0]
        return (holder, number(remaining), round(float(wait or 0), 3))

    emission = str(RATE_EMISSION.total_seconds() * 1000)
    call: Call = ("admit", (f"\\x{key_sha256.hex()}", emission, RATE_BURST, text(at)))
    return Operation("admit", [call], judge, read, account_id)


def _made(outcome: Outcome) -> Expected:
    (rows,) = outcome.rows
    return (rows[0][0] == "t",) if rows else ("nothing to refund",)


def number(value: str | None) -> int | None:
    """Read a column."""
    return None if value is None else int(value)


def boolean(value: bool) -> str:
    """Write a parameter."""
    return "t" if value else "f"


def array(values: list[str]) -> str:
    """Write a parameter."""
    return "{" + ",".join(f'"{value}"' for value in values) + "}"


def text(at: datetime) -> str:
    """Write a parameter."""
    return at.isoformat()
