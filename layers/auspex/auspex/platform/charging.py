"""What a call costs: declared on its route, charged in the transaction of its effect, shown in its reply.

A route declares one `Price`. `known`: spent with the effect; `afterwards`: reserved at the quote before the work and
settled by the use case with the answer; `job`: reserved when the job is created, settled when it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from auspex.core.database import Connection, connect, join_next_commit, transaction
from auspex.platform.ledger import ChargedRequest, release, reserve, spend

Mode = Literal["known", "afterwards", "job"]
Quote = Callable[[Mapping[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Price:
    """How a route is paid: `quote` gives the upper bound in tokens from the handler's validated arguments."""

    mode: Mode
    quote: Quote
    is_analysis: bool = False


def fixed_price(tokens: int, *, is_analysis: bool = False) -> Price:
    """Every call costs the same."""
    return Price("known", lambda _: tokens, is_analysis)


def price_afterwards(quote: Quote, *, is_analysis: bool = False) -> Price:
    """The answer says what it costs, never above the quote; its use case settles `Charge.reservation_id`."""
    return Price("afterwards", quote, is_analysis)


def job_price(quote: Quote, *, is_analysis: bool = False) -> Price:
    """Units delivered are paid when the job ends, never above the quote."""
    return Price("job", quote, is_analysis)


class Charge:
    """The money of one call: `cost` is what it has cost so far, `balance` what is left as far as this call knows."""

    def __init__(self, balance: int = 0) -> None:
        self.balance = balance
        self.cost = 0
        self.reservation_id: str | None = None
        self._reserved: int | None = None
        self._unpaid: tuple[ChargedRequest, int] | None = None

    def begin(self, request: ChargedRequest, price: Price, *, tokens: int, at: datetime) -> None:
        """Arrange the payment before the work: join the effect's transaction, or reserve the quote."""
        if price.mode == "known" and (tokens > 0 or price.is_analysis):
            self._unpaid = request, tokens
            join_next_commit(lambda connection: self._spend(connection, at=at, once_a_day=False))
        elif price.mode == "afterwards":
            held = reserve(connect(), request, tokens=tokens, at=at)
            self.reservation_id, self.balance = held.reservation_id, held.balance
            self._reserved = tokens if held.state == "made" else None

    def reserved_id(self) -> str:
        """Return the reservation that the use case settles with its answer."""
        if self.reservation_id is None:
            raise RuntimeError("the route declares no price that is known afterwards")
        return self.reservation_id

    def note_settled(self, tokens: int | None) -> None:
        """Say what the use case paid of the reservation with its answer; None: an earlier call had paid."""
        if tokens is None:
            return
        self.cost = tokens
        if self._reserved is not None:
            self.balance += self._reserved - tokens
        self._reserved = None

    def note_balance(self, balance: int | None) -> None:
        """Say what was left after a reservation that the use case made itself (a job's)."""
        if balance is not None:
            self.balance = balance

    def finish(self, *, at: datetime) -> None:
        """Pay for work that opened no transaction, and give back a reservation that nothing used."""
        join_next_commit(None)
        if self._unpaid is not None:
            with transaction() as connection:
                self._spend(connection, at=at, once_a_day=True)
        self.abandon(at=at)

    def abandon(self, *, at: datetime) -> None:
        """Take everything back: the call was refused or failed. What cannot be given back now, the sweep gives back."""
        join_next_commit(None)
        if self._reserved is not None and self.reservation_id is not None:
            release(connect(), self.reservation_id, at=at)
            self.balance += self._reserved
            self._reserved = None

    def _spend(self, connection: Connection, *, at: datetime, once_a_day: bool) -> None:
        assert self._unpaid is not None
        request, tokens = self._unpaid
        self._unpaid = None
        spent = spend(connection, request, tokens=tokens, at=at, once_a_day=once_a_day)
        self.cost, self.balance = (tokens if spent.charged else 0), spent.balance
