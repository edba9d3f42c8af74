"""Budgets with one rule of the shipped one left out: the proof has to notice each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.core.database import fetch_one
from auspex.filings.adapters import edgar_budget
from auspex.filings.adapters.edgar_budget import LATE_AFTER, EdgarBudget


class NoSecondLook(EdgarBudget):
    """Sends after the sleep without reading the row again."""

    def _still_good(self, slot: datetime) -> bool:
        return True


class LateSlotsUsed(EdgarBudget):
    """Looks for a pause, but not whether its slot is over."""

    def _still_good(self, slot: datetime) -> bool:
        state = self.state()
        return state.paused_until is None or state.paused_until <= slot


class AnswersTakeNoTime(EdgarBudget):
    """Believes that the row's time is still the present when the answer arrives."""

    def _still_good(self, slot: datetime) -> bool:
        state = self.state()
        paused = state.paused_until is not None and state.paused_until > slot
        return not paused and state.now <= slot + LATE_AFTER


class PausesIgnored(EdgarBudget):
    """Takes slots and sends as if nobody had been refused."""

    def _still_good(self, slot: datetime) -> bool:
        return self.state().now <= slot + LATE_AFTER

    def _row(self, name: str, **parameters: Any) -> dict[str, Any] | None:
        if name != "take_slot":
            return super()._row(name, **parameters)
        assert self._clock is not None
        sql = edgar_budget._SQL[name].replace("coalesce(paused_until, '-infinity')", "'-infinity'::timestamptz")
        return fetch_one(self._connect(), sql, parameters | {"at": self._clock()})


PLANTED: tuple[type[EdgarBudget], ...] = (NoSecondLook, LateSlotsUsed, AnswersTakeNoTime, PausesIgnored)
