"""Which periods a run of a template is about: `period` and `compare_to` as given, made definite for a company."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodKind, PeriodRef, earlier, parse_label

PRIOR_QUARTER, PRIOR_YEAR = "prior_quarter", "prior_year"
LATEST = frozenset({PeriodKind.LATEST_QUARTER, PeriodKind.LATEST_YEAR})
STEPS = frozenset({PRIOR_QUARTER, PRIOR_YEAR})


def read_period(words: str) -> PeriodRef | None:
    """Return the one period that words name (`Q3 2024`, `FY2024`, `last quarter`, a date), None when they do not.

    A quarter without a year names none.
    """
    ref = parse_label(words)
    if ref is None or words[: ref.start].strip() or words[ref.end :].strip():
        return None
    if ref.kind not in {*LATEST, PeriodKind.DATE} and ref.year is None:
        return None
    return replace(ref, start=0, end=0)


def compared_with(ref: PeriodRef, compare_to: str | PeriodRef | None) -> PeriodRef | None:
    """Return the period that a definite one is compared with: the quarter or year before, or the one named.

    Without a word it is the quarter before a quarter and the year before anything else; None for a date.
    """
    if isinstance(compare_to, PeriodRef):
        return compare_to
    if ref.year is None:
        return None
    if compare_to != PRIOR_YEAR and ref.kind == PeriodKind.QUARTER:
        return earlier(ref, quarters=1)
    return earlier(ref, years=1)


def quarter_closed_by(day: date, calendar: FiscalCalendar) -> PeriodRef:
    """Return the last fiscal quarter that had ended before a day."""
    year, number = calendar.position(day)
    ref = earlier(PeriodRef(PeriodKind.QUARTER, year=year, number=number), quarters=-1)
    while (calendar.last_day(ref) or day) >= day:
        ref = earlier(ref, quarters=1)
    return ref


def definite_at(ref: PeriodRef | None, day: date, calendar: FiscalCalendar) -> PeriodRef:
    """Return a period for what is told with a report rather than reported: `last …` is what had closed by a day."""
    if ref is not None and ref.kind == PeriodKind.DATE and ref.day is not None:
        year, number = calendar.position(ref.day)
        return PeriodRef(PeriodKind.QUARTER, year=year, number=number)
    if ref is not None and ref.kind not in LATEST:
        return ref
    last = quarter_closed_by(day, calendar)
    if ref is None or ref.kind == PeriodKind.LATEST_QUARTER:
        return last
    assert last.year is not None
    return PeriodRef(PeriodKind.YEAR, year=last.year if last.number == 4 else last.year - 1)
