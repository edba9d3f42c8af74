"""What requests do to the ledger: spend at once, or reserve at the quote and settle with the answer.

The functions in Postgres decide; this module names their refusals. `platform.post` alone writes the ledger.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import psycopg

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.limits import (
    CHARGE_WINDOW_HOURS,
    FREE_ANALYSES_PER_DAY,
    FREE_COOLDOWN_SECONDS,
    RESERVATION_MINUTES_MAX,
)
from auspex.core.problems import NotFound, Problem

SQL = load_sql(Path(__file__).with_suffix(".sql"))
ALLOWANCE_PARAMETERS: dict[str, Any] = {
    "analyses_max": FREE_ANALYSES_PER_DAY, "cooldown": timedelta(seconds=FREE_COOLDOWN_SECONDS),
}  # fmt: skip


class BalanceTooSmall(Problem):
    """The account has fewer tokens than the request costs; `balance` and `required` say by how much."""

    status, code, title = 402, "balance-too-small", "The balance is too small"
    remedy = "Top the account up (packs of 10, 30 and 100 tokens), or ask for less."


class DailyAllowanceUsed(Problem):
    """The free plan's analyses of this UTC day are used."""

    status, code, title = 429, "daily-allowance-used", "Today's free analyses are used"
    remedy = "Wait for the next UTC day, or top up: the first payment lifts the limit."


class CooldownActive(Problem):
    """The free plan waits between two analyses."""

    status, code, title = 429, "cooldown", "The next free analysis has to wait"
    remedy = "Wait for `Retry-After` seconds, or top up: the first payment lifts the limit."


class RefundExceedsCharge(Problem):
    """More would be paid back than was charged; `charged` and `refunded` say what was."""

    status, code, title = 409, "refund-exceeds-charge", "The refund exceeds what was charged"
    remedy = "Refund at most `charged` less `refunded`."


class LedgerRefused(Problem):
    """The ledger refuses what would break its own rules."""

    status, code, title = 409, "ledger-refused", "The ledger refuses this"
    remedy = "See `detail`; quote the request id when it is unclear."


@dataclass(frozen=True, slots=True)
class ChargedRequest:
    """Whose request pays, and what makes it the same request when it comes again."""

    account_id: str
    request_key: str
    route: str
    request_id: str
    is_analysis: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """Whether this call charged (a known request key does not), and the balance after it."""

    charged: bool
    balance: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """Tokens set aside. `made`: by this call; `open` and `settled`: an earlier call of the same request did."""

    reservation_id: str
    state: Literal["made", "open", "settled"]
    balance: int


def spend(
    connection: Connection, request: ChargedRequest, *, tokens: int, at: datetime, once_a_day: bool = False
) -> Spent:
    """Charge a request once, in the transaction of its effect.

    `once_a_day`: there is no effect that stays, so that the request key is known for 24 hours only.
    Raises BalanceTooSmall, DailyAllowanceUsed, CooldownActive.
    """
    known_for = timedelta(hours=CHARGE_WINDOW_HOURS) if once_a_day else None
    with refusals():
        row = fetch_one(connection, SQL["spend"], _parameters(request, tokens, at) | {"known_for": known_for})
    assert row is not None
    return Spent(charged=row["charged"], balance=row["balance"])


def reserve(connection: Connection, request: ChargedRequest, *, tokens: int, at: datetime) -> Reservation:
    """Set the quote aside before work whose price is known afterwards. Raises as `spend` does."""
    expires_at = at + timedelta(minutes=RESERVATION_MINUTES_MAX)
    with refusals():
        row = fetch_one(connection, SQL["reserve"], _parameters(request, tokens, at) | {"expires_at": expires_at})
    assert row is not None
    return Reservation(reservation_id=row["reservation_id"], state=row["state"], balance=row["balance"])


def settle(connection: Connection, reservation_id: str, *, tokens: int, at: datetime) -> int:
    """Pay `tokens` of a reservation and give back the rest; a second call changes nothing. Returns what was paid."""
    with refusals():
        row = fetch_one(connection, SQL["settle"], {"reservation_id": reservation_id, "tokens": tokens, "at": at})
    assert row is not None
    return int(row["settled"])


def release(connection: Connection, reservation_id: str, *, at: datetime) -> None:
    """Give a reservation back whole, with its analysis: the request was refused or failed."""
    connection.execute(SQL["release"], {"reservation_id": reservation_id, "at": at})


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the ledger's functions refuse (SQLSTATE AX…) into its problem."""
    try:
        yield
    except psycopg.DatabaseError as error:
        problem = _problem_of(error)
        if problem is None:
            raise
        raise problem from error


def _problem_of(error: psycopg.DatabaseError) -> Problem | None:
    state = error.sqlstate or ""
    if not state.startswith("AX"):
        return None
    found = json.loads(error.diag.message_detail or "{}")
    text = error.diag.message_primary or ""
    if state == "AX402":
        detail = f"This costs {found['required']} tokens; the balance is {found['balance']}."
        return BalanceTooSmall(detail=detail, balance=found["balance"], required=found["required"])
    if state == "AX429":
        kind = DailyAllowanceUsed if found["code"] == DailyAllowanceUsed.code else CooldownActive
        wait = max(1, math.ceil(float(found["retry_after"])))
        detail = f"The free plan has {found['limit']} analyses a UTC day, {FREE_COOLDOWN_SECONDS} s apart."
        return kind(detail=detail, retry_after_seconds=wait, used=found["used"], limit=found["limit"])
    if state == "AX404":
        return NotFound(detail=f"There is {text}.")
    if "charged" in found:
        detail = f"{found['charged']} tokens were charged, {found['refunded']} of them are paid back."
        return RefundExceedsCharge(detail=detail, charged=found["charged"], refunded=found["refunded"])
    return LedgerRefused(detail=f"The ledger refuses this: {text}.")


def _parameters(request: ChargedRequest, tokens: int, at: datetime) -> dict[str, Any]:
    return ALLOWANCE_PARAMETERS | {
        "account_id": request.account_id, "request_key": request.request_key, "tokens": tokens,
        "is_analysis": request.is_analysis, "route": request.route, "request_id": request.request_id, "at": at,
    }  # fmt: skip
