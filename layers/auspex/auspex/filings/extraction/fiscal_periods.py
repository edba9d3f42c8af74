"""Reads periods out of words and ties them to reported dates. A period named in a question is a filter, never a hint.

A company's fiscal year is named after the calendar year it ends in (a year ending in the first days of January
belongs to the year before); `FiscalCalendar.shift` holds the difference for companies whose own labels say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from auspex.filings.model import PeriodType

WEEK_DRIFT_DAYS = 10
"""A 52/53-week year ends up to this many days after its nominal end."""
MONTH_DAYS = 30.4375
CALENDAR_YEAR_END = "1231"


class PeriodKind(StrEnum):
    """What a mention of a period names."""

    YEAR = "year"
    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    DATE = "date"
    LATEST_QUARTER = "latest_quarter"
    LATEST_YEAR = "latest_year"


@dataclass(frozen=True, slots=True)
class PeriodRef:
    """One mention of a period. `number` counts quarters (1-4) or halves (1-2); `length` is a date's stated duration;
    `start` and `end` are its place in the text it was read from."""

    kind: PeriodKind
    year: int | None = None
    number: int | None = None
    day: date | None = None
    length: PeriodType | None = None
    start: int = 0
    end: int = 0

    @property
    def label(self) -> str:
        """The period in our own notation: FY2018, Q3 FY2024, H1 FY2024, 9M FY2024 or an ISO date."""
        year = f" FY{self.year}" if self.year is not None else ""
        match self.kind:
            case PeriodKind.YEAR:
                return year.strip()
            case PeriodKind.QUARTER:
                return f"Q{self.number}{year}"
            case PeriodKind.HALF:
                return f"H{self.number}{year}"
            case PeriodKind.NINE_MONTHS:
                return f"9M{year}"
            case PeriodKind.DATE:
                return self.day.isoformat() if self.day else ""
            case _:
                return self.kind.value.replace("_", " ")

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two mentions the same period."""
        return (self.kind, self.year, self.number, self.day, self.length)


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """When a company's fiscal year ends (`MMDD`) and how its own year labels differ from the year it ends in."""

    year_end: str = CALENDAR_YEAR_END
    shift: int = 0

    def nominal_end(self, fiscal_year: int) -> date:
        """Return the nominal last day of a fiscal year."""
        month, day = int(self.year_end[:2]), int(self.year_end[2:])
        year = fiscal_year - self.shift
        while True:
            try:
                return date(year, month, day)
            except ValueError:
                day -= 1

    def position(self, day: date) -> tuple[int, int]:
        """Return (fiscal year, quarter 1-4) of a period that ends on `day`."""
        year = day.year + self.shift - 1
        while day > self.nominal_end(year) + timedelta(days=WEEK_DRIFT_DAYS):
            year += 1
        months_before_end = (self.nominal_end(year) - day).days / MONTH_DAYS
        return year, 4 - min(3, max(0, round(months_before_end / 3)))

    def label(self, period_end: date, period_type: PeriodType) -> str:
        """Return the fiscal label of a reported period: FY2024, Q3 FY2024, H1 FY2024, 9M FY2024."""
        year, quarter = self.position(period_end)
        match period_type:
            case PeriodType.YEAR:
                return f"FY{year}"
            case PeriodType.HALF:
                return f"H{1 if quarter <= 2 else 2} FY{year}"
            case PeriodType.NINE_MONTHS:
                return f"9M FY{year}"
            case PeriodType.INSTANT if quarter == 4:
                return f"FY{year}"
            case _:
                return f"Q{quarter} FY{year}"

    def matches(self, ref: PeriodRef, *, period_end: date, period_type: PeriodType) -> bool:
        """Tell whether a reported period is the one named. `latest_*` never match here: resolve them first."""
        year, quarter = self.position(period_end)
        instant = period_type == PeriodType.INSTANT
        match ref.kind:
            case PeriodKind.YEAR:
                return ref.year == year and (period_type == PeriodType.YEAR or (instant and quarter == 4))
            case PeriodKind.QUARTER:
                same_year = ref.year is None or ref.year == year
                return same_year and ref.number == quarter and (period_type == PeriodType.QUARTER or instant)
            case PeriodKind.HALF:
                same_half = ref.year == year and quarter == 2 * (ref.number or 0)
                return same_half and (period_type == PeriodType.HALF or instant)
            case PeriodKind.NINE_MONTHS:
                return ref.year == year and quarter == 3 and (period_type == PeriodType.NINE_MONTHS or instant)
            case PeriodKind.DATE:
                return ref.day == period_end and (instant or ref.length in {None, period_type})
            case _:
                return False

    def reference_to(self, period_end: date, period_type: PeriodType) -> PeriodRef:
        """Return the reference that names a reported period."""
        year, quarter = self.position(period_end)
        match period_type:
            case PeriodType.YEAR:
                return PeriodRef(PeriodKind.YEAR, year=year)
            case PeriodType.HALF:
                return PeriodRef(PeriodKind.HALF, year=year, number=1 if quarter <= 2 else 2)
            case PeriodType.NINE_MONTHS:
                return PeriodRef(PeriodKind.NINE_MONTHS, year=year)
            case PeriodType.INSTANT if quarter == 4:
                return PeriodRef(PeriodKind.YEAR, year=year)
            case PeriodType.QUARTER | PeriodType.INSTANT:
                return PeriodRef(PeriodKind.QUARTER, year=year, number=quarter)
            case _:
                return PeriodRef(PeriodKind.DATE, day=period_end, length=period_type)

    def last_day(self, ref: PeriodRef) -> date | None:
        """Return the nominal last day of a named period, None for `latest_*` and quarters without a year."""
        if ref.kind == PeriodKind.DATE:
            return ref.day
        if ref.year is None:
            return None
        quarters = {PeriodKind.YEAR: 4, PeriodKind.NINE_MONTHS: 3}.get(ref.kind, ref.number or 0)
        if ref.kind == PeriodKind.HALF:
            quarters = 2 * (ref.number or 0)
        return _months_earlier(self.nominal_end(ref.year), 3 * (4 - quarters))

    def window(self, ref: PeriodRef) -> tuple[date, date] | None:
        """Return the span of report dates in which filings about a named period lie (inclusive), None if open.

        A periodic report is dated at the period's end, an earnings release some weeks after it.
        """
        last = self.last_day(ref)
        if last is None:
            return None
        if ref.kind == PeriodKind.DATE:
            return last - timedelta(days=WEEK_DRIFT_DAYS), last + timedelta(days=WEEK_DRIFT_DAYS)
        months = {PeriodKind.YEAR: 12, PeriodKind.NINE_MONTHS: 9, PeriodKind.HALF: 6}.get(ref.kind, 3)
        first = _months_earlier(last, months) + timedelta(days=WEEK_DRIFT_DAYS + 1)
        return first, last + timedelta(days=75)


def learn_calendar(year_end: str | None, labelled: Iterable[tuple[date, str]]) -> FiscalCalendar:
    """Return the calendar of a company from its nominal year end and (period end, stated label) pairs."""
    plain = FiscalCalendar(year_end or CALENDAR_YEAR_END)
    votes: dict[int, int] = {}
    for period_end, label in labelled:
        stated = parse_label(label)
        if stated is not None and stated.year is not None:
            shift = stated.year - plain.position(period_end)[0]
            votes[shift] = votes.get(shift, 0) + 1
    shift = max(votes, key=lambda s: (votes[s], -abs(s)), default=0)
    return replace(plain, shift=shift if abs(shift) <= 1 else 0)


def earlier(ref: PeriodRef, *, years: int = 0, quarters: int = 0) -> PeriodRef:
    """Return the period so many fiscal years or quarters before a named one, without its place in the text.

    Raises ValueError where stepping has no meaning (a date, `latest_*`, quarters before a year).
    """
    if ref.year is None or ref.kind == PeriodKind.DATE:
        raise ValueError(f"{ref.label} cannot be stepped back")
    if quarters and ref.kind != PeriodKind.QUARTER:
        raise ValueError(f"{ref.label} is not a quarter")
    if quarters:
        index = ref.year * 4 + (ref.number or 1) - 1 - quarters
        return PeriodRef(PeriodKind.QUARTER, year=index // 4, number=index % 4 + 1)
    return PeriodRef(ref.kind, year=ref.year - years, number=ref.number)


def _months_earlier(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    month_end = (day + timedelta(days=1)).month != day.month
    return date(year, month + 1, last if month_end else min(day.day, last))


_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MONTH = "(?:" + "|".join(f"{n[:3]}(?:t|{n[3:]})?" if len(n) > 3 else n for n in _MONTH_NAMES) + r")\.?"
_YEAR4 = r"(?:19[89]|20\d)\d"
_FISCAL = r"(?:fy|fiscal\s+year|fiscal|financial\s+year|calendar\s+year|the\s+year)"
_ANY_YEAR = rf"(?:{_FISCAL}\s*['’]?(?:{_YEAR4}|\d\d)\b|{_YEAR4}\b|['’]\d\d\b)"
_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "final": 4}
_ORDINALS = "|".join(_ORDINAL)
_LENGTHS = {
    "quarter": PeriodType.QUARTER, "three months": PeriodType.QUARTER, "six months": PeriodType.HALF,
    "nine months": PeriodType.NINE_MONTHS, "year": PeriodType.YEAR, "twelve months": PeriodType.YEAR,
}  # fmt: skip
_PATTERN = re.compile(
    rf"""
    (?:(?P<length>quarter|three\ months|six\ months|nine\ months|twelve\ months|year)\s+(?:ended|ending)\s+)?
      (?P<date>(?P<m1>{_MONTH})\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y1>{_YEAR4})\b
       |(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_MONTH}),?\s+(?P<y2>{_YEAR4})\b
       |(?P<iso>{_YEAR4}-\d\d-\d\d)\b)
    |(?P<quarter>
        \bq(?P<q1>[1-4])(?:\s*,?\s*(?:(?:of|in|for)\s+)?(?:the\s+)?(?P<qy1>{_ANY_YEAR}))?
       |\b(?P<q2>[1-4])q\s*['’]?(?P<qy2>{_YEAR4}|\d\d)\b
       |\b(?P<qy3>(?:fy\s*)?['’]?(?:{_YEAR4}|(?<=fy)\d\d))\s*[-, ]?\s*q(?P<q3>[1-4])\b
       |\b(?P<q4>{_ORDINALS})(?:\s+fiscal)?[\s-]+quarter(?:\s*,?\s*(?:of\s+|in\s+|for\s+)?(?:the\s+)?(?P<qy4>{_ANY_YEAR}))?)
    |(?P<half>
        \bh(?P<h1>[12])\s*,?\s*(?:of\s+)?(?P<hy1>{_ANY_YEAR})
       |\b(?P<h2>[12])h\s*['’]?(?P<hy2>{_YEAR4}|\d\d)\b
       |\b(?P<h3>first|second)\s+(?:fiscal\s+)?half\s+(?:of\s+)?(?P<hy3>{_ANY_YEAR}))
    |(?P<nine>\b(?:(?:first\s+)?nine\s+months\s+(?:of\s+)?|9m\s+)(?P<ny>{_ANY_YEAR}))
    |(?P<lastq>\b(?:last|latest|most\s+recent(?:ly\s+reported)?|past|this|current)\s+(?:reported\s+|fiscal\s+)?quarter\b)
    |(?P<lasty>\b(?:last|latest|most\s+recent(?:ly\s+reported)?|past|this|current)\s+(?:reported\s+|fiscal\s+|full\s+)?year\b)
    |(?P<year>\bfy\s*['’]?(?:{_YEAR4}|\d\d)\b|\b{_FISCAL}\s+(?:{_YEAR4})\b|(?<![\d$€£.,])\b{_YEAR4}\b(?![.,]\d|\s*%))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_A_PERIOD = re.compile(
    r"(?:\bdue|\bnotes|\bmaturing(?:\s+in)?|\bform|\bno\.|\btopic|\basc|\bsection)\s+$", re.IGNORECASE
)


def parse_periods(text: str) -> tuple[PeriodRef, ...]:
    """Return every period named in a text, in order, with its place; bare years of maturities are left out."""
    refs = []
    for match in _PATTERN.finditer(text):
        if match["year"] and _NOT_A_PERIOD.search(text[: match.start()]):
            continue
        ref = _read(match)
        if ref is not None:
            refs.append(replace(ref, start=match.start(), end=match.end()))
    return tuple(refs)


def parse_label(label: str) -> PeriodRef | None:
    """Return the period of a stored fiscal label such as `Q3 FY2024`, None when it is not one period."""
    refs = parse_periods(label)
    return refs[0] if len(refs) == 1 else None


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    digits = re.search(r"(\d{4}|\d\d)$", text)
    if digits is None:
        return None
    number = int(digits[1])
    if number >= 100:
        return number
    return 2000 + number if number < 70 else 1900 + number


def _read(match: re.Match[str]) -> PeriodRef | None:
    if match["date"]:
        return _read_date(match)
    if match["quarter"]:
        spoken = match["q4"]
        number = _ORDINAL[spoken.lower()] if spoken else int(match["q1"] or match["q2"] or match["q3"])
        year = _year(match["qy1"] or match["qy2"] or match["qy3"] or match["qy4"])
        return PeriodRef(PeriodKind.QUARTER, year=year, number=number)
    if match["half"]:
        spoken = match["h3"]
        number = _ORDINAL[spoken.lower()] if spoken else int(match["h1"] or match["h2"])
        return PeriodRef(PeriodKind.HALF, year=_year(match["hy1"] or match["hy2"] or match["hy3"]), number=number)
    for group, kind in (("lastq", PeriodKind.LATEST_QUARTER), ("lasty", PeriodKind.LATEST_YEAR)):
        if match[group]:
            return PeriodRef(kind)
    kind = PeriodKind.NINE_MONTHS if match["nine"] else PeriodKind.YEAR
    return PeriodRef(kind, year=_year(match["ny"] or match["year"]))


def _read_date(match: re.Match[str]) -> PeriodRef | None:
    length = _LENGTHS[re.sub(r"\s+", " ", match["length"].lower())] if match["length"] else None
    try:
        if match["iso"]:
            day = date.fromisoformat(match["iso"])
        else:
            month = _MONTHS[(match["m1"] or match["m2"])[:3].lower()]
            day = date(int(match["y1"] or match["y2"]), month, int(match["d1"] or match["d2"]))
    except ValueError:
        return None
    return PeriodRef(PeriodKind.DATE, day=day, length=length)
