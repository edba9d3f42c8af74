"""Find which period an outlook is about, and tie it to the company's fiscal calendar (FILINGS 7.9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from auspex.filings.extraction.fiscal_periods import (
    FiscalCalendar,
    PeriodKind,
    PeriodRef,
    learn_calendar,
    parse_label,
    parse_periods,
)
from auspex.filings.extraction.guidance_item import GuidancePeriod
from auspex.filings.model import Kpi, PeriodType
from auspex.filings.reading.dates import add_months

RECENT_DAYS = 45
"""A filing that shows no figures of its own may still speak of a quarter that ended this long before it."""
_TYPES = {
    PeriodKind.YEAR: PeriodType.YEAR,
    PeriodKind.QUARTER: PeriodType.QUARTER,
    PeriodKind.HALF: PeriodType.HALF,
    PeriodKind.NINE_MONTHS: PeriodType.NINE_MONTHS,
}
_UNDATED = re.compile(
    r"\b(?P<year>(?:full|entire|whole)[\s-]+(?:fiscal\s+|calendar\s+)?year|(?:this|current|next|coming|the|upcoming)\s+"
    r"(?:fiscal\s+|full\s+)?year|fiscal\s+year|year-end|annual|yearly)\b(?!\s+(?:over|ago|earlier|ended|before))"
    r"|\b(?P<quarter>(?:next|coming|upcoming|current|this)\s+(?:fiscal\s+)?quarter)\b"
    r"|\b(?P<half>(?P<which>first|second)\s+half)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"(?:prior|previous|last|comparable|same|year-ago|over|ago|corresponding)[\s-]+(?:fiscal[\s-]+)?$"
    r"|\b(?:compared\s+(?:to|with)|versus|vs\.?|from)\s+(?:the\s+)?(?:fiscal\s+(?:year\s+)?)?$"
    r"|\b(?:compared\s+(?:to|with)|versus|vs\.?|(?:up|down)\s+from)\s[^,;]{1,60}$",
    re.IGNORECASE,
)
_COMPARED_REACH_CHARACTERS = 80
_ENDING = re.compile(r"[\s,(]*(?:which\s+)?(?:will\s+)?(?:ends?|ending|ended)\s+(?:on\s+)?", re.IGNORECASE)
_PRIOR_QUARTER = re.compile(
    r"\b(?:prior|previous|last|year-ago|comparable|corresponding)[\s-]+(?:fiscal[\s-]+)?$", re.I
)


@dataclass(frozen=True, slots=True)
class Horizon:
    """From where a filing looks ahead: the end of the last period it reports, or when it was filed, and the calendar.

    Without a calendar only periods that are named by date can be placed.
    """

    filed: date
    report_end: date | None
    calendar: FiscalCalendar | None

    @property
    def floor(self) -> date:
        """The day after which a period must end to lie ahead."""
        return self.report_end or self.filed - timedelta(days=RECENT_DAYS)


@dataclass(frozen=True, slots=True)
class PeriodMention:
    """A period named in a text, with its place; `period` is None for one that lies behind or cannot be placed.

    `compared` ones say what a figure is held against, not when it is expected.
    """

    start: int
    end: int
    period: GuidancePeriod | None
    compared: bool = False


def horizon_of(filed: date, fiscal_year_end: str | None, kpis: Sequence[Kpi]) -> Horizon:
    """Return the horizon of a filing from its own figures and the company's nominal year end (`MMDD`)."""
    ends = [kpi.period_end for kpi in kpis if kpi.period_start is not None and kpi.period_end <= filed]
    ends = ends or [kpi.period_end for kpi in kpis if kpi.period_end <= filed]
    labelled = [(kpi.period_end, kpi.fiscal_period) for kpi in kpis if kpi.fiscal_period is not None]
    year_end = fiscal_year_end or _year_end(labelled)
    calendar = None if year_end is None else learn_calendar(year_end, labelled)
    return Horizon(filed, max(ends, default=None), calendar)


def _year_end(labelled: Sequence[tuple[date, str]]) -> str | None:
    """Work out a company's nominal year end from a labelled quarter of it."""
    for end, label in sorted(labelled, reverse=True):
        ref = parse_label(label)
        if ref is not None and ref.kind in {PeriodKind.QUARTER, PeriodKind.YEAR}:
            quarters_left = 4 - (ref.number or 4)
            return f"{add_months(end, 3 * quarters_left):%m%d}"
    return None


def find_periods(text: str, horizon: Horizon) -> list[PeriodMention]:
    """Return the periods that a text names, in order, those of comparisons left out."""
    found: list[PeriodMention] = []
    before: PeriodRef | None = None
    for ref in parse_periods(text):
        if _COMPARED.search(text, max(0, ref.start - _COMPARED_REACH_CHARACTERS), ref.start):
            found.append(PeriodMention(ref.start, ref.end, None, compared=True))
        elif ref.kind is PeriodKind.DATE and ref.length is None:
            # "the fourth quarter ending December 31, 2024" is one period; a date alone is none.
            joined = before is not None and _ENDING.fullmatch(text, before.end, ref.start)
            length = _TYPES.get(before.kind) if joined and before is not None else None
            period = None if length is None else place(replace(ref, length=length), horizon)
            found.append(PeriodMention(ref.start, ref.end, period, compared=period is None))
        elif ref.kind not in {PeriodKind.LATEST_QUARTER, PeriodKind.LATEST_YEAR}:
            found.append(PeriodMention(ref.start, ref.end, place(ref, horizon)))
        before = ref
    for match in _UNDATED.finditer(text):
        if any(match.start() < other.end and other.start < match.end() for other in found):
            continue
        behind = _PRIOR_QUARTER.search(text, max(0, match.start() - 20), match.start()) is not None
        dated = next((o for o in found if 0 <= o.start - match.end() <= 12 and o.period is not None), None)
        if behind or (dated is not None and match["year"] and dated.period is not None):
            continue  # "full-year fiscal 2024" is one mention, and the dated one says more
        found.append(PeriodMention(match.start(), match.end(), place(_undated(match, horizon), horizon)))
    return sorted(found, key=lambda mention: mention.start)


def place(ref: PeriodRef | None, horizon: Horizon) -> GuidancePeriod | None:
    """Return a named period, the next such one where no year is named; None for one that lies behind or is unknown."""
    calendar = horizon.calendar
    if ref is None:
        return None
    if ref.kind is PeriodKind.DATE:
        return _dated(ref, horizon)
    if ref.year is None:
        if calendar is None:
            return None
        first = calendar.position(horizon.floor)[0]
        later = (PeriodRef(ref.kind, year=year, number=ref.number) for year in (first, first + 1))
        return next((period for each in later if (period := place(each, horizon)) is not None), None)
    end = None if calendar is None else calendar.last_day(ref)
    if end is not None and end <= horizon.floor + timedelta(days=RECENT_DAYS // 3):
        return None
    return GuidancePeriod(_TYPES[ref.kind], end, ref.label)


def _dated(ref: PeriodRef, horizon: Horizon) -> GuidancePeriod | None:
    if ref.day is None or ref.length is None or ref.day <= horizon.floor + timedelta(days=RECENT_DAYS // 3):
        return None
    label = ref.day.isoformat() if horizon.calendar is None else horizon.calendar.label(ref.day, ref.length)
    return GuidancePeriod(ref.length, ref.day, label)


def _undated(match: re.Match[str], horizon: Horizon) -> PeriodRef | None:
    calendar = horizon.calendar
    if calendar is None:
        return None
    if match["half"]:
        return PeriodRef(PeriodKind.HALF, number=1 if match["which"].lower() == "first" else 2)
    if match["year"]:
        year = PeriodRef(PeriodKind.YEAR)
        ahead = place(year, horizon)
        if (
            ahead is not None
            and ahead.end is not None
            and match["year"].lower().startswith(("next", "coming", "upcom"))
        ):
            return PeriodRef(PeriodKind.YEAR, year=calendar.position(ahead.end)[0] + (_has_begun(ahead.end, horizon)))
        return year
    return _next_quarter(calendar, horizon)


def _next_quarter(calendar: FiscalCalendar, horizon: Horizon) -> PeriodRef | None:
    """Return the first quarter that ends after the last reported one, or after the filing where it reports none."""
    after = horizon.filed if horizon.report_end is None else horizon.report_end + timedelta(days=RECENT_DAYS // 3)
    first = calendar.position(after)[0]
    refs = [
        PeriodRef(PeriodKind.QUARTER, year=y, number=q) for y in (first - 1, first, first + 1) for q in (1, 2, 3, 4)
    ]
    return next((ref for ref in refs if (end := calendar.last_day(ref)) is not None and end > after), None)


def _has_begun(end: date, horizon: Horizon) -> bool:
    """Whether the year that ends then is under way where the filing speaks, so that the next one is another."""
    return (end - horizon.floor).days < 340


def mask_periods(text: str) -> str:
    """Blank the periods and dates in a text, so that their digits are no figures and places stay."""
    for ref in parse_periods(text):
        text = text[: ref.start] + " " * (ref.end - ref.start) + text[ref.end :]
    return text
