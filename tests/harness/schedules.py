"""EventBridge Scheduler's expressions on the virtual clock: `rate(…)`, `cron(…)` with six fields, `at(…)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

UNIT_SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
MONTH_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
MONTHS = dict(zip(MONTH_NAMES.split(), range(1, 13), strict=True))
DAYS = dict(zip(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], range(1, 8), strict=True))
SEARCH_DAYS_MAX = 1_500


def next_firing(expression: str, *, after: datetime, since: datetime, timezone: str = "UTC") -> datetime | None:
    """Return the first firing later than `after`; a rate counts from `since`, the schedule's creation.

    Raises ValueError for an expression that EventBridge refuses too.
    """
    kind, _, rest = expression.partition("(")
    argument = rest.removesuffix(")")
    match kind:
        case "rate":
            period = _rate(argument)
            periods = (after - since) // period + 1
            return since + periods * period
        case "cron":
            return _Cron.parse(argument).next_after(after, ZoneInfo(timezone))
        case "at":
            at = datetime.fromisoformat(argument).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
            return at if at > after else None
        case _:
            raise ValueError(f"unknown schedule expression {expression}")


def _rate(argument: str) -> timedelta:
    match = re.fullmatch(r"(?P<count>[1-9]\d*) (?P<unit>minute|hour|day)(?P<plural>s?)", argument)
    if match is None or (match["count"] == "1") == bool(match["plural"]):
        raise ValueError(f"rate({argument})")
    return timedelta(seconds=int(match["count"]) * UNIT_SECONDS[match["unit"]])


@dataclass(frozen=True, slots=True)
class _Cron:
    """Allowed values of each field; exactly one of the two day fields is `?`."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days_of_month: frozenset[int] | None
    months: frozenset[int]
    days_of_week: frozenset[int] | None
    years: frozenset[int]

    @classmethod
    def parse(cls, argument: str) -> _Cron:
        fields = argument.split()
        if len(fields) != 6 or (fields[2] == "?") == (fields[4] == "?"):
            raise ValueError(f"cron({argument})")
        minute, hour, day, month, weekday, year = fields
        return cls(
            minutes=_values(minute, 0, 59, {}),
            hours=_values(hour, 0, 23, {}),
            days_of_month=None if day == "?" else _values(day, 1, 31, {}),
            months=_values(month, 1, 12, MONTHS),
            days_of_week=None if weekday == "?" else _values(weekday, 1, 7, DAYS),
            years=_values(year, 1970, 2199, {}),
        )

    def next_after(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the next instant whose local time fits; a local time that does not exist is skipped."""
        local = after.astimezone(zone)
        for offset in range(SEARCH_DAYS_MAX):
            day = (local + timedelta(days=offset)).date()
            if not self._fits(day.year, day.month, day.day, day.isoweekday() % 7 + 1):
                continue
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    instant = wall.astimezone(UTC)
                    exists = instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None)
                    if instant > after and exists:
                        return instant
        return None

    def _fits(self, year: int, month: int, day: int, weekday: int) -> bool:
        fits_day = self.days_of_month is None or day in self.days_of_month
        fits_weekday = self.days_of_week is None or weekday in self.days_of_week
        return year in self.years and month in self.months and fits_day and fits_weekday


def _values(text: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    """Return the numbers a field allows: `*`, `a`, `a-b`, `a,b`, `*/n`, `a/n`."""
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if span == "*" else _number(first, names)
        open_ended = span == "*" or (step and not last)
        end = high if open_ended else _number(last or first, names)
        if not (low <= start <= end <= high):
            raise ValueError(f"cron field {text}")
        found |= set(range(start, end + 1, int(step) if step else 1))
    return frozenset(found)


def _number(text: str, names: dict[str, int]) -> int:
    return names[text] if text in names else int(text)
