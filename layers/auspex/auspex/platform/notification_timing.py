"""When an account may be told something: quiet hours, digests, days; pure, in the account's own time zone.

A zone's clock jumps: within a stretch of constant offset local time is plain arithmetic, so every question is answered
stretch by stretch. An hour that is skipped belongs to what comes after it; an hour that comes twice counts both times
for quiet hours and, for a digest, the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Frequency = Literal["immediate", "daily", "weekly"]
PROBE = timedelta(hours=1)
SEARCH = timedelta(days=16)
"""A week's digest whose day a zone skipped (Samoa, 30 December 2011) comes in the week after."""
LOOK_BACK = timedelta(days=2)
RESOLUTION = timedelta(seconds=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """How an account wants to be told; `quiet_start` = `quiet_end`, or both None, means no quiet hours."""

    zone: ZoneInfo
    digest_time: time
    digest_weekday: int
    """ISO: Monday is 1."""
    quiet_start: time | None = None
    quiet_end: time | None = None

    @property
    def has_quiet_hours(self) -> bool:
        """Tell whether there are any."""
        return self.quiet_start is not None and self.quiet_start != self.quiet_end


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A span of time in which the zone's offset does not change; `begin` is in it, `end` is not."""

    begin: datetime
    end: datetime
    offset: timedelta

    def local(self, at: datetime) -> datetime:
        """Return the wall clock's reading, naive."""
        return at.replace(tzinfo=None) + self.offset

    def instant(self, wall: datetime) -> datetime:
        """Return when the wall clock reads this, were the stretch endless."""
        return (wall - self.offset).replace(tzinfo=UTC)


def is_quiet(rules: Rules, at: datetime) -> bool:
    """Tell whether an instant lies in the quiet hours: from their start, until just before their end."""
    return _reads_quiet(rules, at.astimezone(rules.zone).time())


def end_of_quiet(rules: Rules, at: datetime) -> datetime:
    """Return the first instant from `at` on that is not quiet, in UTC."""
    at = at.astimezone(UTC)
    if not is_quiet(rules, at):
        return at
    assert rules.quiet_end is not None
    for stretch in _stretches(rules.zone, at):
        wall = stretch.local(stretch.begin)
        if not _reads_quiet(rules, wall.time()):
            return stretch.begin
        ends = datetime.combine(wall.date(), rules.quiet_end)
        instant = stretch.instant(ends if ends > wall else ends + DAY)
        if instant < stretch.end:
            return instant
    raise ValueError("the quiet hours never end")


def next_digest(rules: Rules, frequency: Literal["daily", "weekly"], *, after: datetime) -> datetime:
    """Return the first instant later than `after` at which a digest may go out, in UTC.

    A day's digest is due when its local clock first reads the digest time or later, moved to the end of quiet hours.
    """
    after = after.astimezone(UTC)
    for due in _due(rules, frequency, begin=after - LOOK_BACK):
        instant = end_of_quiet(rules, due)
        if instant > after:
            return instant
    raise ValueError("no digest is ever due")


def local_date(rules: Rules, at: datetime) -> date:
    """Return the account's date at an instant."""
    return at.astimezone(rules.zone).date()


def _due(rules: Rules, frequency: Literal["daily", "weekly"], *, begin: datetime) -> Iterator[datetime]:
    """Yield for each local day, once, when its digest is due; a day cut short by the search's begin comes too early."""
    seen: set[date] = set()
    for stretch in _stretches(rules.zone, begin):
        first, last = stretch.local(stretch.begin), stretch.local(stretch.end)
        day = first.date()
        while day <= last.date():
            wall = max(datetime.combine(day, rules.digest_time), first)
            if day not in seen and wall.date() == day and wall < last:
                seen.add(day)
                if frequency == "daily" or day.isoweekday() == rules.digest_weekday:
                    yield stretch.instant(wall)
            day += DAY


def _reads_quiet(rules: Rules, wall: time) -> bool:
    if not rules.has_quiet_hours:
        return False
    assert rules.quiet_start is not None
    assert rules.quiet_end is not None
    if rules.quiet_start < rules.quiet_end:
        return rules.quiet_start <= wall < rules.quiet_end
    return wall >= rules.quiet_start or wall < rules.quiet_end


def _stretches(zone: ZoneInfo, begin: datetime) -> Iterator[_Stretch]:
    """Yield the stretches from an instant on, over LOOK_BACK and SEARCH together."""
    end = begin + LOOK_BACK + SEARCH
    start, offset = begin, _offset(zone, begin)
    probe = begin
    while probe < end:
        following = probe + PROBE
        if (changed := _offset(zone, following)) != offset:
            change = _first_with_another(zone, probe, following, offset)
            yield _Stretch(start, change, offset)
            start, offset = change, changed
        probe = following
    yield _Stretch(start, probe, offset)


def _first_with_another(zone: ZoneInfo, before: datetime, behind: datetime, offset: timedelta) -> datetime:
    """Return the whole second at which the offset changes between two instants."""
    low = before.replace(microsecond=0)
    high = behind.replace(microsecond=0) + RESOLUTION
    while high - low > RESOLUTION:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _offset(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
