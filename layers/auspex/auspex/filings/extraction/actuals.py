"""Find the figure that a promise or an expectation is held against: the first one reported (FILINGS 7.9). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from auspex.filings.extraction.fiscal_periods import WEEK_DRIFT_DAYS
from auspex.filings.model import Basis, PeriodType

RATIOS = {
    "gross_margin": ("gross_profit", "revenue"),
    "operating_margin": ("operating_income", "revenue"),
    "revenue_growth": ("revenue", None),
    "operating_income_growth": ("operating_income", None),
    "net_income_growth": ("net_income", None),
}
"""Shares that no filing reports as a figure of ours: numerator, denominator; None is the figure a year before."""
_YEAR_DAYS = (350, 380)


@dataclass(frozen=True, slots=True)
class Actual:
    """A reported figure and when it was known.

    `derived` ones are computed from year-to-date figures, `preliminary` ones stand in a release before the report.
    """

    kpi_id: str
    accession: str
    metric: str
    basis: Basis
    unit: str
    period_type: PeriodType
    period_end: date
    value: Decimal
    scale_shown: int
    derived: bool
    preliminary: bool
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Sought:
    """What an actual has to be about; `said_at` is when it was promised or expected."""

    metric: str
    basis: Basis
    unit: str | None
    period_type: PeriodType
    period_end: date
    said_at: datetime


def due_at(period_end: date) -> datetime:
    """Return when a period's outcome can first be known: the end of its last day, UTC."""
    return datetime.combine(period_end + timedelta(days=1), time.min, tzinfo=UTC)


def metrics_behind(metric: str) -> tuple[str, ...]:
    """Return the reported metrics that a guided one is held against."""
    top, bottom = RATIOS.get(metric, (metric, None))
    return tuple(dict.fromkeys((top, bottom or top)))


def find_first(sought: Sought, reported: Sequence[Actual]) -> Actual | None:
    """Return the first reported figure of equal metric, basis, unit and period; of one instant a stated one.

    A period's end may differ by the drift of a 52/53-week year. What was known before it was said does not count.
    """
    found = [actual for actual in _candidates(sought, reported) if actual.known_at > sought.said_at]
    return min(found, key=lambda actual: (actual.known_at, actual.derived, actual.kpi_id), default=None)


def find_restated(first: Actual, sought: Sought, reported: Sequence[Actual]) -> Actual | None:
    """Return the first later figure that differs by more than rounding; derived ones restate nothing."""
    later = [
        actual
        for actual in _candidates(sought, reported)
        if actual.known_at > first.known_at and not actual.derived and _differs(first, actual)
    ]
    return min(later, key=lambda actual: (actual.known_at, actual.kpi_id), default=None)


def _candidates(sought: Sought, reported: Sequence[Actual]) -> list[Actual]:
    if sought.metric in RATIOS:
        return _ratios(sought, reported)
    return [
        actual
        for actual in reported
        if (actual.metric, actual.unit) == (sought.metric, sought.unit) and _same_period(actual, sought)
    ]


def _ratios(sought: Sought, reported: Sequence[Actual]) -> list[Actual]:
    """Make shares of what one filing reports together, so that both figures are of the same time."""
    top, bottom = RATIOS[sought.metric]
    found: list[Actual] = []
    for actual in reported:
        if actual.metric != top or not _same_period(actual, sought):
            continue
        for other in reported:
            if other.accession != actual.accession or other.unit != actual.unit:
                continue
            if other.period_type is not actual.period_type or other.value <= 0:
                continue
            days = (actual.period_end - other.period_end).days
            if bottom is None and other.metric == top and other.basis is actual.basis:
                if _YEAR_DAYS[0] <= days <= _YEAR_DAYS[1]:
                    found.append(_share(actual, actual.value / other.value - 1, sought.metric))
            elif other.metric == bottom and days == 0:
                found.append(_share(actual, actual.value / other.value, sought.metric))
    return found


def _share(actual: Actual, value: Decimal, metric: str) -> Actual:
    return Actual(
        actual.kpi_id, actual.accession, metric, actual.basis, "pure", actual.period_type, actual.period_end,
        round(value, 6), -3, actual.derived, actual.preliminary, actual.known_at,
    )  # fmt: skip


def _same_period(actual: Actual, sought: Sought) -> bool:
    """Whether a figure is of the period sought; one known before its period ended is no report of it."""
    same = actual.basis is sought.basis and actual.period_type is sought.period_type
    if actual.known_at < due_at(actual.period_end):
        return False
    return same and abs((actual.period_end - sought.period_end).days) <= WEEK_DRIFT_DAYS


def _differs(first: Actual, later: Actual) -> bool:
    """Whether two reports of a figure differ by more than half a unit of the coarser one."""
    return abs(first.value - later.value) > max(_step(first), _step(later)) / 2


def _step(actual: Actual) -> Decimal:
    exponent = actual.value.as_tuple().exponent
    shown = exponent if isinstance(exponent, int) and exponent < 0 else 0
    return Decimal(1).scaleb(shown if "/" in actual.unit else actual.scale_shown or shown)
