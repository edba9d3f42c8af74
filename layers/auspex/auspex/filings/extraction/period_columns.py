"""Tell the period that the heads of a column name (FILINGS 7.6)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from auspex.filings.extraction.periods import DAY_TOLERANCE, ORDINALS, QUARTERS, FiscalCalendar, classify_period
from auspex.filings.model import PeriodType
from auspex.filings.reading.dates import (
    FULL_DATE,
    MONTH,
    MONTHS,
    add_months,
    in_year,
    is_month_end,
    list_dates,
    make_date,
    read_date,
)

_MONTH_DAY = re.compile(rf"\b{MONTH}\s*(\d{{1,2}})\b(?!\d)", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b{MONTH}\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")
_NUMBER = r"(one|two|three|six|nine|twelve|3|6|9|12)"
_LENGTH_WORDS = {"three": 1, "3": 1, "six": 2, "6": 2, "nine": 3, "9": 3, "twelve": 4, "12": 4}
_LENGTH = re.compile(rf"\b{_NUMBER}[\s-]+months?\b", re.IGNORECASE)
_WEEK_WORDS = {"twelve": 12, "thirteen": 13, "fourteen": 14, "twenty-six": 26, "twenty-seven": 27, "thirty-nine": 39,
               "forty": 40, "fifty-two": 52, "fifty-three": 53}  # fmt: skip
_WEEKS = re.compile(
    r"\b(" + "|".join(sorted((word.replace("-", r"[\s-]") for word in _WEEK_WORDS), key=len, reverse=True))
    + r"|1[234]|2[4678]|3[69]|40|5[23])[\s-]+weeks?\b",
    re.IGNORECASE,
)  # fmt: skip
_QUARTER_ENDED = re.compile(r"\bquarters?\s+(?:year\s+)?end(?:ed|ing)\b|\bquarterly period\b", re.IGNORECASE)
_YEAR_ENDED = re.compile(
    r"\b(?:fiscal\s+)?years?\s*-?\s*end(?:ed|ing)\b|\bfull\s+(?:fiscal\s+)?year\b|\bfor the (?:fiscal )?years?\b"
    r"|\bfy\s?\d|\bfiscal\s+(?:year\s+)?(?:19|20)\d\d\b|\byears?\b$",
    re.IGNORECASE,
)
_NAMED_QUARTER = re.compile(
    r"\b(first|second|third|fourth)[\s-]+(?:fiscal\s+)?quarter\b|\bq([1-4])\b|\b([1-4])q(?=\b|\d)", re.IGNORECASE
)
_ENDED_DAY = re.compile(rf"\b(?:ended|ending|as of|at)\s+{MONTH}\s*(\d{{1,2}})\b", re.IGNORECASE)
_FISCAL = re.compile(r"\bfiscal\b|\bfy\s?\d", re.IGNORECASE)
_INSTANT = re.compile(r"\bas (?:of|at)\b|^at\b", re.IGNORECASE)
_LABELLED_YEAR = re.compile(r"\b(?:FY\s?)?((?:19|20)\d\d)\b|(?:[1-4]Q|Q[1-4]|FY)\s?[’']?\s?(\d\d)\b", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\s*\(\w{1,2}\)|[*†]")
_COMPARISON = re.compile(
    r"change|%|variance|increase|decrease|growth|percent|adjust|\bvs?\.?\s|versus|compared|reconcil|impact|effect"
    r"|guidance|outlook|forecast|pro\s?forma|elimination",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """A period as a column names it; `start` is None where the words do not fix it to the day."""

    start: date | None
    end: date
    period_type: PeriodType


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """Turns column heads into periods. `report_end` is the filing's own period end; `known_ends` are dates it shows."""

    report_end: date | None
    known_ends: Sequence[date] = ()
    annual: bool = False
    calendar: FiscalCalendar | None = None
    cache: dict[tuple[tuple[str, ...], str], Period | None] = field(default_factory=dict)

    def read(self, path: Sequence[str], *, caption: str = "", instant: bool) -> Period | None:
        """Return the period of a column, or None if heads and caption together do not name one.

        `instant` asks for a balance date. A duration that nothing states is a year in an annual report, else None.
        """
        key = (tuple(path), f"{instant}{caption}")
        if key not in self.cache:
            heads = [_FOOTNOTE.sub(" ", head) for head in path]
            compares = any(_COMPARISON.search(head) for head in heads)
            self.cache[key] = None if compares else self._read(heads, caption, instant=instant)
        return self.cache[key]

    def _read(self, heads: Sequence[str], caption: str, *, instant: bool) -> Period | None:
        words = " ".join(heads)
        named = self._named_quarter(words)
        if named is not None and not instant:
            return named
        end = self._end(heads, caption)
        if end is None:
            return None
        if instant:
            return None if _length(words)[0] is not None else Period(None, end, PeriodType.INSTANT)
        quarters, weeks = _length(words)
        if quarters is None:
            quarters, weeks = _length(caption)
        if quarters is None and self.annual and not _INSTANT.search(words):
            quarters = 4
        if quarters is None:
            return None
        kind = next(kind for kind, count in QUARTERS.items() if count == quarters)
        return Period(_start(end, quarters, weeks) or self._after_shown_end(end, kind), end, kind)

    def _after_shown_end(self, end: date, kind: PeriodType) -> date | None:
        """Find the start of a period counted in weeks: the day after a period end that the document shows.

        Such years end on a weekday, so only ends whole weeks before can be it.
        """
        starts = {item + timedelta(days=1) for item in self.known_ends if (end - item).days % 7 == 0}
        fits = [start for start in starts if start < end and classify_period(start, end) is kind]
        return fits[0] if len(fits) == 1 else None

    def _named_quarter(self, words: str) -> Period | None:
        match = _NAMED_QUARTER.search(words)
        if match is None or self.calendar is None or FULL_DATE.search(words):
            return None
        quarter = ORDINALS.get((match.group(1) or "").lower()) or int(match.group(2) or match.group(3))
        years = _LABELLED_YEAR.findall(words)
        if not years:
            return None
        year = int(years[-1][0] or f"20{years[-1][1]}")
        steps = (year - self.calendar.year) * 4 + quarter - self.calendar.quarter
        end = self._snap(add_months(self.calendar.end, 3 * steps))
        return None if end is None else Period(_start(end, 1, None), end, PeriodType.QUARTER)

    def _end(self, heads: Sequence[str], caption: str) -> date | None:
        """Find the end a column names: the innermost head with a date or a year decides, a caption comes last."""
        year: int | None = None
        for head in reversed(heads):
            dates = set(list_dates(head)) or {item for item in [read_date(head)] if item is not None}
            years = {int(item) for item in _YEAR.findall(head)}
            if len(dates) == 1 and len(years) <= 1:
                return dates.pop()
            if len(years) == 1:
                year = years.pop()
                break
        if year is None:
            ends = set(list_dates(caption))
            return ends.pop() if len(ends) == 1 and not any(_YEAR.search(head) for head in heads) else None
        return self._dated(year, heads, caption)

    def _dated(self, year: int, heads: Sequence[str], caption: str) -> date | None:
        for head in reversed(heads):
            if (day := _MONTH_DAY.search(head)) is not None:
                return make_date(year, MONTHS[day.group(1).lower()], int(day.group(2)))
        if (day := _ENDED_DAY.search(caption)) is not None:
            end = make_date(year, MONTHS[day.group(1).lower()], int(day.group(2)))
            return None if end is None else self._snap(end)
        for head in reversed(heads):
            if (match := _MONTH_YEAR.search(head)) is not None:
                month = MONTHS[match.group(1).lower()]
                return self._snap(date(year, month, monthrange(year, month)[1]))
        return self._by_year(year, " ".join(heads))

    def _by_year(self, year: int, words: str) -> date | None:
        """Find the end of a year that stands alone: a fiscal year where it is called so, else by the report's end."""
        fiscal = self.calendar is not None and self.calendar.quarter == 4 and _FISCAL.search(words) is not None
        if self.calendar is not None and fiscal:
            return self._snap(in_year(self.calendar.end, self.calendar.end.year + year - self.calendar.year))
        return None if self.report_end is None else self._snap(in_year(self.report_end, year))

    def _snap(self, end: date) -> date | None:
        """Move an end that was inferred to the nearest date the document shows; a month's end may stand as it is."""
        known = [item for item in (*self.known_ends, self.report_end) if item is not None]
        near = [item for item in known if abs((item - end).days) <= DAY_TOLERANCE]
        if near:
            return min(near, key=lambda item: (abs((item - end).days), item))
        return end if is_month_end(end) else None


def _length(words: str) -> tuple[int | None, int | None]:
    """Read a duration in quarters of a year, and in weeks where weeks are stated."""
    if (match := _LENGTH.search(words)) is not None and match.group(1).lower() in _LENGTH_WORDS:
        return _LENGTH_WORDS[match.group(1).lower()], None
    if (match := _WEEKS.search(words)) is not None:
        word = re.sub(r"\s", "-", match.group(1).lower())
        weeks = _WEEK_WORDS.get(word) or int(word)
        return max(1, min(4, round(weeks / 13))), weeks
    if _QUARTER_ENDED.search(words) or _NAMED_QUARTER.search(words):
        return 1, None
    return (4, None) if _YEAR_ENDED.search(words) else (None, None)


def _start(end: date, quarters: int, weeks: int | None) -> date | None:
    if weeks is not None:
        return end - timedelta(days=7 * weeks - 1)
    return add_months(end, -3 * quarters) + timedelta(days=1) if is_month_end(end) else None
