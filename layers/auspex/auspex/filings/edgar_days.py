"""EDGAR's days: New York dates, the hours in which nothing is accepted, the days without an index. Pure functions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
SATURDAY = 5


def new_york_day(at: datetime) -> date:
    """Return the date that an instant has in New York."""
    return at.astimezone(NEW_YORK).date()


def in_quiet_hours(at: datetime, hours: str) -> bool:
    """Tell whether an instant lies in `HH:MM-HH:MM` of New York, first minute included, last one not.

    A span may cross midnight. `never` is no span. Raises ValueError for anything else than two times.
    """
    if hours == "never":
        return False
    first, last = (time.fromisoformat(part) for part in hours.split("-"))
    clock = at.astimezone(NEW_YORK).time()
    return first <= clock < last if first <= last else clock >= first or clock < last


def is_closed(day: date) -> bool:
    """Tell whether EDGAR publishes nothing on a day: weekends and federal holidays as they are observed."""
    if day.weekday() >= SATURDAY:
        return True
    return any(day in _holidays(year) for year in (day.year, day.year + 1))  # New Year may be kept in December


def _holidays(year: int) -> frozenset[date]:
    """Return the federal holidays of a year (5 U.S.C. 6103); one on a weekend is kept on the weekday beside it."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    moving = [
        _weekday_of(year, 1, 0, 3), _weekday_of(year, 2, 0, 3), _last_monday(year, 5), _weekday_of(year, 9, 0, 1),
        _weekday_of(year, 10, 0, 2), _weekday_of(year, 11, 3, 4),
    ]  # fmt: skip
    return frozenset([*map(_observed, fixed), *moving])


def _observed(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _weekday_of(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday(year: int, month: int) -> date:
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=last.weekday())
