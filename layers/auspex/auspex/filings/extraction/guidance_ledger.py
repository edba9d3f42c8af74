"""What a statement does to the one before it, and how it came out (FILINGS 7.9). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from auspex.filings.extraction.actuals import Sought
from auspex.filings.extraction.guidance_item import NUMERIC, Shape, middle
from auspex.filings.extraction.guidance_metrics import outlook_polarity


class Action(StrEnum):
    """What a statement does to what stood before it."""

    INITIATE = "initiate"
    REAFFIRM = "reaffirm"
    RAISE = "raise"
    CUT = "cut"
    NARROW = "narrow"
    WIDEN = "widen"
    WITHDRAW = "withdraw"


CHANGES = frozenset({Action.RAISE, Action.CUT, Action.NARROW, Action.WIDEN, Action.WITHDRAW})
"""Actions that are news: they change what stood."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The figures of a statement; a bound that is not given is None."""

    shape: Shape
    low: Decimal | None
    high: Decimal | None
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a promise came out. `verdict` is None where neither more nor less is better, `surprise` without a middle."""

    position: str
    verdict: str | None
    surprise: Decimal | None


@dataclass(frozen=True, slots=True)
class Stated:
    """A stored statement with figures, or a withdrawal, and what is known of its outcome."""

    guidance_id: str
    accession: str
    sought: Sought
    fiscal_period: str
    promise: Promise
    resolved: bool
    resolved_at: datetime | None
    restated: bool
    surprise: Decimal | None


def action_of(previous: Promise | None, promise: Promise) -> Action:
    """Name what a statement does to the open one before it, by the signs of (new low - old low, new high - old high).

    Words after figures, or figures after words, only reaffirm: nothing compares. After a withdrawal it begins anew.
    """
    if promise.shape is Shape.WITHDRAWN:
        return Action.WITHDRAW
    if previous is None or previous.shape is Shape.WITHDRAWN:
        return Action.INITIATE
    low, high = _sign(previous.low, promise.low), _sign(previous.high, promise.high)
    if (low, high) == (0, 0):
        return Action.REAFFIRM
    if low >= 0 and high >= 0:
        return Action.RAISE
    if low <= 0 and high <= 0:
        return Action.CUT
    return Action.NARROW if low > 0 else Action.WIDEN


def outcome_of(promise: Promise, actual: Decimal, *, metric: str) -> Outcome:
    """Hold an actual against a promise: above if beyond high + tolerance, below if under low - tolerance, else within.

    A beat is above where more is better (revenue, earnings, margins) and below where less is (expenses). The surprise
    is (actual - middle) / |middle|, a share; a bound on one side has no middle. Raises ValueError without figures.
    """
    if promise.shape not in NUMERIC:
        raise ValueError(f"{promise.shape} promises no figure")
    tolerance = promise.tolerance or Decimal(0)
    position = "within"
    if promise.high is not None and actual > promise.high + tolerance:
        position = "above"
    elif promise.low is not None and actual < promise.low - tolerance:
        position = "below"
    mid = middle(promise.low, promise.high)
    return Outcome(position, _verdict(position, metric), None if not mid else (actual - mid) / abs(mid))


def _verdict(position: str, metric: str) -> str | None:
    polarity = outlook_polarity(metric)
    if polarity == 0:
        return None
    if position == "within":
        return "in_range"
    return "beat" if (position == "above") == (polarity > 0) else "miss"


def _sign(old: Decimal | None, new: Decimal | None) -> int:
    if old is None or new is None:
        return 0
    return (new > old) - (new < old)
