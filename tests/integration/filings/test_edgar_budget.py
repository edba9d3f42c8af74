"""The shared request budget on a real Postgres (FILINGS 7.1)."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Database

from auspex.filings.adapters.edgar_budget import EdgarBudget, Slot
from auspex.filings.source_errors import BudgetWaitTooLong, SourcePaused

SPACING = timedelta(milliseconds=125)


def awake(_seconds: float) -> None:
    """Sleep for a caller that does not need to wait for real."""


def budget_of(database: Database, stack: ExitStack, *, sleep: Callable[[float], None] = awake) -> EdgarBudget:
    connection = stack.enter_context(database.connect())
    return EdgarBudget(lambda: connection, sleep=sleep)


@contextmanager
def budget(database: Database, *, sleep: Callable[[float], None] = awake) -> Iterator[EdgarBudget]:
    with ExitStack() as stack:
        yield budget_of(database, stack, sleep=sleep)


def set_row(database: Database, **changes: str) -> None:
    """Set columns of the row to SQL expressions."""
    assignments = ", ".join(f"{column} = {expression}" for column, expression in changes.items())
    with database.connect(None) as connection:
        connection.execute(f"UPDATE filings.edgar_budget SET {assignments}")


def row(database: Database) -> dict[str, Any]:
    with database.connect(None) as connection:
        found = connection.execute(
            """SELECT nullif(tat, '-infinity') AS tat, paused_until, strikes, clock_timestamp() AS now
               FROM filings.edgar_budget"""
        ).fetchone()
    assert found is not None
    return found


def most_in_a_second(slots: list[datetime]) -> int:
    return max(sum(first <= other < first + timedelta(seconds=1) for other in slots) for first in slots)


def test_fifty_callers_at_once_get_slots_an_eighth_of_a_second_apart(database: Database) -> None:
    with ExitStack() as stack, ThreadPoolExecutor(50) as pool:
        callers = [budget_of(database, stack) for _ in range(50)]
        together = threading.Barrier(50)
        set_row(database, tat="clock_timestamp() + interval '5 seconds'")
        start = row(database)["tat"]  # t = 0, far enough ahead that no caller comes late on a slow machine

        def call(caller: EdgarBudget) -> datetime:
            together.wait()
            return caller.take_slot().at

        slots = sorted(pool.map(call, callers))
    assert [slot - start for slot in slots] == [SPACING * number for number in range(50)]
    assert slots[-1] - slots[0] == timedelta(seconds=6.125)
    assert most_in_a_second(slots) <= 9


def test_an_idle_budget_gives_a_slot_at_once(database: Database) -> None:
    set_row(database, tat="clock_timestamp() - interval '1 hour'")
    waits: list[float] = []
    before = row(database)["now"]
    with budget(database, sleep=waits.append) as caller:
        slot = caller.take_slot()
    assert before <= slot.at <= row(database)["now"]
    assert waits[0] == 0.0


def test_the_caller_sleeps_until_its_slot(database: Database) -> None:
    set_row(database, tat="clock_timestamp() + interval '0.4 seconds'")
    with budget(database, sleep=time.sleep) as caller:
        slot = caller.take_slot()
    assert timedelta() <= row(database)["now"] - slot.at < timedelta(seconds=1)


def test_a_caller_that_woke_late_takes_a_new_slot(database: Database) -> None:
    naps = [0.35]
    with budget(database, sleep=lambda _: time.sleep(naps.pop() if naps else 0)) as caller:
        before = row(database)["now"]
        slot = caller.take_slot()
    assert slot.at >= before + timedelta(seconds=0.3)


def test_sleepers_who_slept_through_a_pause_do_not_send_at_once(database: Database) -> None:
    """Eight callers hold slots when EDGAR refuses a ninth; all come out behind the pause, evenly spaced."""
    holding = threading.Barrier(9)
    naps = threading.local()

    def sleep(_seconds: float) -> None:
        if not getattr(naps, "slept", False):
            naps.slept = True
            holding.wait()  # every caller has its slot
            holding.wait()  # the pause is stored
            return
        awake(_seconds)

    with ExitStack() as stack, ThreadPoolExecutor(8) as pool:
        callers = [budget_of(database, stack, sleep=sleep) for _ in range(8)]
        taken = [pool.submit(caller.take_slot) for caller in callers]
        holding.wait()
        set_row(database, paused_until="clock_timestamp() + interval '5 seconds'")
        paused_until = row(database)["paused_until"]
        holding.wait()
        slots = sorted(future.result().at for future in taken)
    assert slots[0] >= paused_until
    assert [later - earlier for earlier, later in itertools.pairwise(slots)] == [SPACING] * 7


def test_a_long_wait_is_refused_and_uses_no_slot_up(database: Database) -> None:
    set_row(database, tat="clock_timestamp() + interval '30 seconds'")
    before = row(database)["tat"]
    with budget(database) as caller, pytest.raises(BudgetWaitTooLong) as refused:
        caller.take_slot()
    assert refused.value.retry_after_seconds == pytest.approx(30, abs=2)
    assert row(database)["tat"] == before


def test_while_edgar_is_paused_callers_are_told_for_how_long(database: Database) -> None:
    with budget(database) as caller:
        slot = caller.take_slot()
        seconds = caller.pause(slot, retry_after_seconds=90)
        with pytest.raises(SourcePaused) as refused:
            caller.take_slot()
    assert seconds == pytest.approx(90, abs=1)
    assert refused.value.retry_after_seconds == pytest.approx(90, abs=2)


def test_one_refusal_stops_every_other_function_within_a_second(database: Database) -> None:
    with budget(database) as refused, budget(database) as other:
        slot = refused.take_slot()
        other.take_slot()
        refused.pause(slot)
        started = time.monotonic()
        with pytest.raises(SourcePaused):
            other.take_slot()
    assert time.monotonic() - started < 1


def test_each_further_refusal_doubles_the_pause_up_to_ten_minutes(database: Database) -> None:
    pauses = []
    with budget(database) as caller:
        for _ in range(7):
            set_row(database, paused_until="clock_timestamp()")
            pauses.append(round(caller.pause(Slot(at=row(database)["now"]))))
    assert pauses == [30, 60, 120, 240, 480, 600, 600]
    assert row(database)["strikes"] == 7


def test_refusals_of_requests_already_in_flight_are_one_strike(database: Database) -> None:
    with budget(database) as caller:
        slots = [caller.take_slot() for _ in range(3)]
        pauses = [round(caller.pause(slot)) for slot in slots]
    assert pauses == [30, 30, 30]
    assert row(database)["strikes"] == 1


def test_a_longer_retry_after_of_a_request_in_flight_prolongs_the_pause(database: Database) -> None:
    with budget(database) as caller:
        first, second = caller.take_slot(), caller.take_slot()
        caller.pause(first)
        assert round(caller.pause(second, retry_after_seconds=120)) == 120


def test_a_shorter_retry_after_never_shortens_the_pause(database: Database) -> None:
    with budget(database) as caller:
        slot = caller.take_slot()
        caller.pause(slot, retry_after_seconds=300)
        assert round(caller.pause(slot, retry_after_seconds=5)) == 300


def test_ten_quiet_minutes_forget_earlier_strikes(database: Database) -> None:
    set_row(database, strikes="5", paused_until="clock_timestamp() - interval '11 minutes'")
    with budget(database) as caller:
        assert round(caller.pause(caller.take_slot())) == 30
    assert row(database)["strikes"] == 1


def test_an_absurd_retry_after_counts_as_an_hour(database: Database) -> None:
    with budget(database) as caller:
        assert round(caller.pause(caller.take_slot(), retry_after_seconds=1e12)) == 3600


def test_a_slot_is_not_taken_inside_a_transaction(database: Database) -> None:
    with (
        database.connect() as connection,
        connection.transaction(),
        pytest.raises(RuntimeError, match="transaction"),
    ):
        EdgarBudget(lambda: connection).take_slot()


def test_the_state_tells_the_next_slot_and_the_pause(database: Database) -> None:
    with budget(database) as caller:
        slot = caller.take_slot()
        caller.pause(slot)
        state = caller.state()
    assert state.strikes == 1
    assert state.paused_until is not None
    assert state.next_slot_at >= state.paused_until > state.now
