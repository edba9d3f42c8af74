"""Every request to EDGAR takes a slot here first: one row in Postgres, shared by all functions (FILINGS 7.1).

Slots lie 125 ms apart (8 a second). Who slept through a pause, or woke late, takes a new slot: otherwise everybody who
waited would send at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg.pq import TransactionStatus

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.filings.source_errors import BudgetWaitTooLong, SourcePaused

WAIT_SECONDS_MAX = 20.0
LATE_AFTER = timedelta(milliseconds=200)
SLOTS_TRIED_MAX = 6
RETRY_AFTER_SECONDS_MAX = 3_600.0

_SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Slot:
    """The moment, on the database's clock, at which one request may be sent."""

    at: datetime


@dataclass(frozen=True, slots=True)
class BudgetState:
    """How the row stands: when the next request could be sent, and until when everybody is paused."""

    next_slot_at: datetime
    now: datetime
    paused_until: datetime | None
    strikes: int


class EdgarBudget:
    """Take slots from, and pause, the shared row. `connect` returns an idle autocommit connection."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        *,
        sleep: Callable[[float], None] = time.sleep,
        elapsed: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`clock` replaces the database's, `elapsed` the process's own count of seconds: for proofs in virtual time."""
        self._connect = connect
        self._sleep = sleep
        self._elapsed = elapsed
        self._clock = clock

    def take_slot(self) -> Slot:
        """Wait for a slot and return when its time has come; send at once.

        Raises SourcePaused while EDGAR is paused for longer than 20 s, BudgetWaitTooLong when the next free slot is
        further away than that or the caller keeps missing its slots; neither uses a slot up.
        """
        for _ in range(SLOTS_TRIED_MAX):
            row = self._row("take_slot", wait_seconds_max=WAIT_SECONDS_MAX)
            if row is None:
                raise self._refusal()
            slot: datetime = row["slot"]
            self._sleep(max(0.0, (slot - row["now"]).total_seconds()))
            if self._still_good(slot):
                return Slot(at=slot)
        raise BudgetWaitTooLong(WAIT_SECONDS_MAX)

    def pause(self, slot: Slot, *, retry_after_seconds: float = 0.0) -> float:
        """Stop everybody after EDGAR refused the request sent at `slot`; return for how many seconds.

        The pause is `max(Retry-After, min(600, 30·2^strikes))` seconds; Retry-After counts up to an hour.
        """
        seconds = min(max(retry_after_seconds, 0.0), RETRY_AFTER_SECONDS_MAX)
        row = self._expect("pause", slot=slot.at, retry_after_seconds=seconds)
        return _seconds_until(row["paused_until"], row["now"])

    def state(self) -> BudgetState:
        """Return how the row stands now, for health pages and refusals."""
        row = self._expect("read_budget")
        return BudgetState(
            next_slot_at=row["slot"], now=row["now"], paused_until=row["paused_until"], strikes=row["strikes"]
        )

    def _still_good(self, slot: datetime) -> bool:
        """Tell whether nobody paused meanwhile and the slot is not over; the answer's own way here counts as well."""
        asked = self._elapsed()
        state = self.state()
        now = state.now + timedelta(seconds=self._elapsed() - asked)
        slept_through_pause = state.paused_until is not None and state.paused_until > slot
        return not slept_through_pause and now <= slot + LATE_AFTER

    def _refusal(self) -> SourcePaused | BudgetWaitTooLong:
        state = self.state()
        seconds = _seconds_until(state.next_slot_at, state.now)
        if state.paused_until is not None and state.paused_until > state.now:
            return SourcePaused(seconds)
        return BudgetWaitTooLong(seconds)

    def _expect(self, name: str, **parameters: Any) -> dict[str, Any]:
        row = self._row(name, **parameters)
        if row is None:
            raise RuntimeError("filings.edgar_budget has no row: migrations have not run")
        return row

    def _row(self, name: str, **parameters: Any) -> dict[str, Any] | None:
        connection = self._connect()
        if connection.info.transaction_status is not TransactionStatus.IDLE or not connection.autocommit:
            raise RuntimeError("a slot is taken outside any transaction: its lock would stop every other function")
        return fetch_one(connection, _SQL[name], parameters | {"at": None if self._clock is None else self._clock()})


def _seconds_until(moment: datetime, now: datetime) -> float:
    return max(0.0, (moment - now).total_seconds())
