"""Decide what is expected of a company at a time: for promised periods and the next quarter (FILINGS 7.10). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from auspex.filings.extraction.actuals import Actual, Sought, due_at
from auspex.filings.extraction.expectations import (
    Baselines,
    Expectation,
    Route,
    expect_from_guidance,
    expect_from_history,
)
from auspex.filings.extraction.fiscal_periods import WEEK_DRIFT_DAYS, FiscalCalendar
from auspex.filings.extraction.guidance_item import Shape, middle
from auspex.filings.extraction.guidance_ledger import Stated
from auspex.filings.model import Basis, PeriodType
from auspex.filings.reading.dates import add_months

EXPECTED = ("revenue", "eps_diluted", "net_income", "operating_income")
"""Figures of which the next quarter is expected from history; what else is promised is expected from its promises."""
SURPRISES_MAX = 12
QUARTERS_MAX = 24
_QUARTER_DAYS = (80, 100)
_YEAR_DAYS = (350, 380)
Series = dict[tuple[str, Basis, str], list[tuple[date, Decimal]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An expectation to be issued, with what it was made of."""

    sought: Sought
    fiscal_period: str
    expectation: Expectation
    baselines: Baselines
    inputs: dict[str, Any]


def list_wanted(
    promises: Sequence[Stated], actuals: Sequence[Actual], *, calendar: FiscalCalendar, at: datetime
) -> list[Wanted]:
    """Return what can be expected at a time of periods that have not ended; too little history gives nothing."""
    quarters = _series(actuals, PeriodType.QUARTER)
    years = _series(actuals, PeriodType.YEAR)
    wanted: dict[tuple[object, ...], Wanted] = {}
    for stated in _standing(promises, at):
        series = (quarters if stated.sought.period_type is PeriodType.QUARTER else years).get(_of(stated.sought), [])
        found = _promised(stated, _surprises(promises, stated), series, at)
        if found is not None:
            wanted[_period_key(found.sought)] = found
    for (metric, basis, unit), series in quarters.items():
        found = _next_quarter(metric, basis, unit, series, calendar=calendar, at=at) if metric in EXPECTED else None
        if found is not None and not any(_same(found.sought, other.sought) for other in wanted.values()):
            wanted[_period_key(found.sought)] = found
    return list(wanted.values())


def _promised(
    stated: Stated, surprises: Sequence[Decimal], series: Sequence[tuple[date, Decimal]], at: datetime
) -> Wanted | None:
    mid = middle(stated.promise.low, stated.promise.high)
    last_year = _year_before(series, stated.sought.period_end)
    sought = _said_at(stated.sought, at)
    found = None if mid is None else expect_from_guidance(mid, surprises)
    if found is not None and mid is not None:
        inputs = {
            "route": Route.GUIDANCE.value, "guidance_id": stated.guidance_id, "middle": format(mid, "f"),
            "surprises": [format(surprise, "f") for surprise in surprises],
        }  # fmt: skip
        return Wanted(sought, stated.fiscal_period, found, Baselines(mid, last_year), inputs)
    if sought.period_type is not PeriodType.QUARTER or not _precedes(series, sought.period_end):
        return None
    return _from_history(sought, stated.fiscal_period, series, Baselines(mid, last_year))


def _next_quarter(
    metric: str, basis: Basis, unit: str, series: Sequence[tuple[date, Decimal]], *, calendar: FiscalCalendar,
    at: datetime,
) -> Wanted | None:  # fmt: skip
    end = add_months(series[-1][0], 3)
    if due_at(end) <= at:
        return None
    sought = Sought(metric, basis, unit, PeriodType.QUARTER, end, at)
    baselines = Baselines(None, _year_before(series, end))
    return _from_history(sought, calendar.label(end, PeriodType.QUARTER), series, baselines)


def _from_history(
    sought: Sought, fiscal_period: str, series: Sequence[tuple[date, Decimal]], baselines: Baselines
) -> Wanted | None:
    run = _consecutive(series)[-QUARTERS_MAX:]
    found = expect_from_history([value for _, value in run])
    if found is None:
        return None
    inputs = {
        "route": found.route.value, "quarters": [[end.isoformat(), format(value, "f")] for end, value in run],
        "guidance_middle": None if baselines.guidance_midpoint is None else format(baselines.guidance_midpoint, "f"),
    }  # fmt: skip
    return Wanted(sought, fiscal_period, found, baselines, inputs)


def _standing(promises: Sequence[Stated], at: datetime) -> Iterable[Stated]:
    """Return the newest statement about each figure and period ahead, unless it was withdrawn."""
    newest: dict[tuple[object, ...], Stated] = {}
    for stated in promises:
        if due_at(stated.sought.period_end) > at and not stated.resolved:
            newest[stated.sought.metric, stated.sought.basis, stated.sought.period_type, stated.fiscal_period] = stated
    return [stated for stated in newest.values() if stated.promise.shape is not Shape.WITHDRAWN]


def _surprises(promises: Sequence[Stated], like: Stated) -> list[Decimal]:
    """Return the surprises of what stood last when such figures came in, one per period, oldest first."""
    last: dict[str, Stated] = {}
    for stated in promises:
        same = (stated.sought.metric, stated.sought.basis, stated.sought.period_type)
        if same == (like.sought.metric, like.sought.basis, like.sought.period_type) and stated.surprise is not None:
            last[stated.fiscal_period] = stated
    ordered = sorted(last.values(), key=lambda stated: stated.sought.period_end)
    return [stated.surprise for stated in ordered if stated.surprise is not None][-SURPRISES_MAX:]


def _series(actuals: Sequence[Actual], period_type: PeriodType) -> Series:
    """Return each figure's values by period end, as known now: the report's before the release's, the latest."""
    best: dict[tuple[str, Basis, str], dict[date, Actual]] = defaultdict(dict)
    for actual in actuals:
        if actual.period_type is not period_type or actual.known_at < due_at(actual.period_end):
            continue
        values = best[actual.metric, actual.basis, actual.unit]
        near = (end for end in values if abs((end - actual.period_end).days) <= WEEK_DRIFT_DAYS)
        end = next(near, actual.period_end)
        if end not in values or _rank(actual) > _rank(values[end]):
            values.pop(end, None)
            values[actual.period_end] = actual
    return {key: sorted((end, actual.value) for end, actual in values.items()) for key, values in best.items()}


def _rank(actual: Actual) -> tuple[bool, datetime, bool]:
    return (not actual.preliminary, actual.known_at, not actual.derived)


def _consecutive(series: Sequence[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """Return the newest run of quarters without a gap, oldest first."""
    run = [series[-1]] if series else []
    for end, value in reversed(series[:-1]):
        if not _QUARTER_DAYS[0] <= (run[-1][0] - end).days <= _QUARTER_DAYS[1]:
            break
        run.append((end, value))
    return run[::-1]


def _precedes(series: Sequence[tuple[date, Decimal]], end: date) -> bool:
    return bool(series) and _QUARTER_DAYS[0] <= (end - series[-1][0]).days <= _QUARTER_DAYS[1]


def _year_before(series: Sequence[tuple[date, Decimal]], end: date) -> Decimal | None:
    return next((value for day, value in series if _YEAR_DAYS[0] <= (end - day).days <= _YEAR_DAYS[1]), None)


def _of(sought: Sought) -> tuple[str, Basis, str]:
    return (sought.metric, sought.basis, sought.unit or "")


def _said_at(sought: Sought, at: datetime) -> Sought:
    return Sought(sought.metric, sought.basis, sought.unit, sought.period_type, sought.period_end, at)


def _period_key(sought: Sought) -> tuple[object, ...]:
    return (sought.metric, sought.basis, sought.period_type, sought.period_end)


def _same(left: Sought, right: Sought) -> bool:
    alike = (left.metric, left.basis, left.period_type) == (right.metric, right.basis, right.period_type)
    return alike and abs((left.period_end - right.period_end).days) <= WEEK_DRIFT_DAYS
