"""Reporting periods: their type by length, and the fiscal year and quarter that a filing states (FILINGS 7.5)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from auspex.filings.model import PeriodType
from auspex.filings.reading.dates import MONTH, read_date

_LENGTHS = (
    (80, 100, PeriodType.QUARTER),
    (170, 190, PeriodType.HALF),
    (260, 285, PeriodType.NINE_MONTHS),
    (350, 380, PeriodType.YEAR),
)
QUARTERS = {PeriodType.QUARTER: 1, PeriodType.HALF: 2, PeriodType.NINE_MONTHS: 3, PeriodType.YEAR: 4}
_DAYS_PER_QUARTER = 365.25 / 4
DAY_TOLERANCE = 10
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_DATED = rf"\bend(?:ed|ing|s)\s+(?:on\s+)?({MONTH}\s*\d{{1,2}},?\s*(?:19|20)\d\d)"
_STATED_YEAR = re.compile(
    r"(?<!quarter of )(?<!months of )(?<!weeks of )\bfiscal\s+(?:year\s+)?((?:19|20)\d\d)[”\")]*\s*"
    r"(?:\||,|\(|is|was|means|refers to)?\s*(?:the |our |a )?"
    rf"(?:(?:fiscal|52-week|53-week|twelve-month)\s+)*(?:year|period)?\s*(?:,?\s*(?:which|that)\s+)?{_DATED}",
    re.IGNORECASE,
)
_STATED_YEAR_AFTER = re.compile(
    rf"\byear\s+{_DATED}\s*\([“\"‘']?(?:the\s+[“\"]?)?fiscal\s+(?:year\s+)?((?:19|20)\d\d)", re.IGNORECASE
)
_EXPECTED = re.compile(r"\b(?:expects?|anticipates?)\b", re.IGNORECASE)
_STATED_QUARTER = re.compile(
    r"\b(first|second|third|fourth)(?:[\s-]+fiscal)?[\s-]+quarter(?:\s+and\s+[\w\s]{0,30}?)?(?:\s+results)?\s*,?"
    r"(?:\s+of|\s+for)?"
    r"(?:\s+(?:its|our|the))?(?:\s+(fiscal)(?:\s+year)?)?\s*,?\s+(20\d\d)\b",
    re.IGNORECASE,
)
STATEMENT_REACH_CHARACTERS = 6_000


def classify_period(start: date | None, end: date) -> PeriodType:
    """Name a period by its inclusive days: 80–100 quarter, 170–190 half, 260–285 nine months, 350–380 year."""
    if start is None:
        return PeriodType.INSTANT
    days = (end - start).days + 1
    return next((kind for low, high, kind in _LENGTHS if low <= days <= high), PeriodType.OTHER)


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """The fiscal year and quarter (1–4) that end about `end`, as a filing states them; labels count from there."""

    end: date
    year: int
    quarter: int

    def label(self, period_type: PeriodType, end: date) -> str | None:
        """Label a period, such as `Q3 FY2024`, `FY2024`, `H1 FY2024`, `9M FY2024`; None if it does not fit."""
        distance = (end - self.end).days / _DAYS_PER_QUARTER
        steps = round(distance)
        if abs(distance - steps) > 0.25:
            return None
        year, index = divmod(self.year * 4 + self.quarter - 1 + steps, 4)
        quarter = index + 1
        if quarter == 4 and period_type in {PeriodType.YEAR, PeriodType.INSTANT}:
            return f"FY{year}"
        if period_type in {PeriodType.QUARTER, PeriodType.INSTANT}:
            return f"Q{quarter} FY{year}"
        if period_type is PeriodType.HALF and quarter == 2:
            return f"H1 FY{year}"
        return f"9M FY{year}" if period_type is PeriodType.NINE_MONTHS and quarter == 3 else None


def read_calendar(
    properties: Mapping[str, str], text: str, *, latest_end: date | None, fiscal_year_end: str | None = None
) -> FiscalCalendar | None:
    """Find the fiscal year and quarter that a document states.

    Sources in order: `dei` focus facts; a definition of the fiscal year that ended `latest_end`; words such as "third
    quarter of fiscal 2024" near the top, which name the quarter that ended then; definitions of other fiscal years; a
    fiscal year end `MMDD`, by which a year is named after the calendar year it ends in. None if nothing states it.
    """
    year, focus = properties.get("DocumentFiscalYearFocus", ""), properties.get("DocumentFiscalPeriodFocus", "")
    end = read_date(properties.get("DocumentPeriodEndDate", "")) or latest_end
    if end is not None and year.isdigit() and focus in {"FY", "Q1", "Q2", "Q3", "Q4"}:
        return FiscalCalendar(end, int(year), 4 if focus == "FY" else int(focus[1]))
    if latest_end is None:
        return None
    stated_years = _stated_years(text)
    closed = next((item for item in stated_years if abs((item.end - latest_end).days) <= DAY_TOLERANCE), None)
    if closed is not None:
        return closed
    near = text[:STATEMENT_REACH_CHARACTERS]
    stated = next((match for match in _STATED_QUARTER.finditer(near) if not _is_expected(near, match)), None)
    if stated is not None:
        return FiscalCalendar(latest_end, int(stated.group(3)), ORDINALS[stated.group(1).lower()])
    if stated_years:
        return stated_years[0]
    month_day = re.fullmatch(r"(?:--)?(\d\d)-?(\d\d)", fiscal_year_end or "")
    return None if month_day is None else _by_year_end(latest_end, int(month_day.group(1)), int(month_day.group(2)))


def _is_expected(text: str, match: re.Match[str]) -> bool:
    """Tell whether the sentence around a stated quarter speaks of what is to come."""
    begins = max(text.rfind(". ", 0, match.start()), text.rfind("\n", 0, match.start())) + 1
    ends = [place for place in (text.find(". ", match.end()), text.find("\n", match.end())) if place >= 0]
    return _EXPECTED.search(text, begins, min(ends, default=len(text))) is not None


def _stated_years(text: str) -> list[FiscalCalendar]:
    """List definitions such as "fiscal 2023: fiscal year ended January 28, 2024"."""
    found = [(int(match.group(1)), read_date(match.group(2))) for match in _STATED_YEAR.finditer(text)]
    found += [(int(match.group(3)), read_date(match.group(1))) for match in _STATED_YEAR_AFTER.finditer(text)]
    return [FiscalCalendar(end, year, 4) for year, end in found if end is not None and abs(end.year - year) <= 1]


def _by_year_end(end: date, month: int, day: int) -> FiscalCalendar | None:
    if not 1 <= month <= 12:
        return None
    ends = [date(year, month, min(day, monthrange(year, month)[1])) for year in (end.year, end.year + 1)]
    closing = next((item for item in ends if item >= end - timedelta(days=DAY_TOLERANCE)), None)
    if closing is None:
        return None
    quarters_left = round((closing - end).days / _DAYS_PER_QUARTER)
    return FiscalCalendar(end, closing.year, 4 - quarters_left) if quarters_left <= 3 else None
