"""When an account may be told something, against a scan of every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auspex.platform.notification_timing import Rules, end_of_quiet, is_quiet, local_date, next_digest

MINUTE = timedelta(minutes=1)
SCAN_DAYS_MAX = 17
# Offsets of a quarter, jumps of half an hour, at midnight, over midnight, over a whole day; both hemispheres, and none.
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu",
    "Pacific/Apia", "Africa/Cairo", "America/St_Johns", "Asia/Beirut", "Atlantic/Azores", "Pacific/Chatham",
)  # fmt: skip
# Around every kind of jump that these zones made.
JUMPS = (
    datetime(2024, 3, 31, 1, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC), datetime(2024, 3, 10, 7, tzinfo=UTC),
    datetime(2024, 11, 3, 6, tzinfo=UTC), datetime(2024, 4, 6, 15, tzinfo=UTC), datetime(2024, 10, 5, 15, tzinfo=UTC),
    datetime(2018, 2, 18, 2, tzinfo=UTC), datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2024, 4, 25, 22, tzinfo=UTC), datetime(2010, 11, 7, 2, 31, tzinfo=UTC),
    datetime(2024, 3, 30, 22, tzinfo=UTC),
)  # fmt: skip
minutes_of_day = st.builds(time, st.integers(0, 23), st.integers(0, 59))
rules = st.builds(
    Rules,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    digest_time=minutes_of_day,
    digest_weekday=st.integers(1, 7),
    quiet_start=st.one_of(minutes_of_day, st.sampled_from([time(22), time(0), time(2), time(1, 30)])),
    quiet_end=st.one_of(minutes_of_day, st.sampled_from([time(7), time(0), time(3), time(2)])),
)
instants = st.builds(
    lambda jump, minutes, seconds: jump + timedelta(minutes=minutes, seconds=seconds),
    st.sampled_from(JUMPS),
    st.integers(-4_000, 600),
    st.sampled_from([0, 0, 0, 1, 59]),
)


def from_minutes(at: datetime) -> datetime:
    """Return the first whole minute from an instant on."""
    floor = at.replace(second=0, microsecond=0)
    return floor if floor == at else floor + MINUTE


def reads_quiet(one: Rules, at: datetime) -> bool:
    """Tell by the wall clock's minute alone."""
    start, end = one.quiet_start, one.quiet_end
    if start is None or end is None or start == end:
        return False
    wall = at.astimezone(one.zone).time()
    return start <= wall < end if start < end else not end <= wall < start


def scanned_end_of_quiet(one: Rules, at: datetime) -> datetime:
    if not reads_quiet(one, at):
        return at
    minute = from_minutes(at)
    while reads_quiet(one, minute):
        minute += MINUTE
    return minute


def scanned_digest(one: Rules, frequency: Literal["daily", "weekly"], after: datetime) -> datetime:
    """Walk minute by minute from three days before: a day's first minute at or after the digest time."""
    seen: set[date] = set()
    minute = from_minutes(after - timedelta(days=3))
    for _ in range(SCAN_DAYS_MAX * 1_440):
        wall = minute.astimezone(one.zone)
        if wall.time() >= one.digest_time and wall.date() not in seen:
            seen.add(wall.date())
            begins_in_it = len(seen) > 1  # the scan may have begun late on its first day
            if begins_in_it and (frequency == "daily" or wall.isoweekday() == one.digest_weekday):
                due = scanned_end_of_quiet(one, minute)
                if due > after:
                    return due
        minute += MINUTE
    raise AssertionError("no digest within the scan")


@settings(max_examples=300, deadline=None)
@given(one=rules, at=instants)
def test_quiet_hours_end_where_a_scan_of_minutes_finds_them(one: Rules, at: datetime) -> None:
    assert is_quiet(one, at) == reads_quiet(one, at)
    assert end_of_quiet(one, at) == scanned_end_of_quiet(one, at)


@settings(max_examples=60, deadline=None)
@given(one=rules, after=instants)
@example(one=Rules(ZoneInfo("Europe/Berlin"), time(2, 30), 7, None, None), after=datetime(2024, 3, 30, 12, tzinfo=UTC))
@example(
    one=Rules(ZoneInfo("Europe/Berlin"), time(2, 30), 7, time(1), time(2, 30)),
    after=datetime(2024, 10, 26, 12, tzinfo=UTC),
)
def test_a_daily_digest_is_due_where_a_scan_of_minutes_finds_it(one: Rules, after: datetime) -> None:
    assert next_digest(one, "daily", after=after) == scanned_digest(one, "daily", after)


@settings(max_examples=15, deadline=None)
@given(one=rules, after=instants)
@example(
    one=Rules(ZoneInfo("Pacific/Apia"), time(9), 5, time(22), time(7)), after=datetime(2011, 12, 29, 12, tzinfo=UTC)
)
def test_a_weekly_digest_is_due_where_a_scan_of_minutes_finds_it(one: Rules, after: datetime) -> None:
    assert next_digest(one, "weekly", after=after) == scanned_digest(one, "weekly", after)


@settings(max_examples=40, deadline=None)
@given(one=rules, after=instants)
def test_digests_never_share_an_instant_and_never_come_in_quiet_hours(one: Rules, after: datetime) -> None:
    first = next_digest(one, "daily", after=after)
    second = next_digest(one, "daily", after=first)
    assert after < first < second
    assert not is_quiet(one, first)
    assert not is_quiet(one, second)


def berlin(*wall: int) -> datetime:
    return datetime(*wall, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)  # type: ignore[misc,arg-type] # a tuple of year to minute


NIGHT = Rules(ZoneInfo("Europe/Berlin"), time(9), 1, time(22), time(7))


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (berlin(2024, 7, 1, 21, 59), False),
        (berlin(2024, 7, 1, 22, 0), True),
        (berlin(2024, 7, 1, 23, 30), True),
        (berlin(2024, 7, 2, 6, 59), True),
        (berlin(2024, 7, 2, 7, 0), False),
    ],
)
def test_quiet_hours_span_midnight(at: datetime, quiet: bool) -> None:
    assert is_quiet(NIGHT, at) == quiet
    assert end_of_quiet(NIGHT, at) == (berlin(2024, 7, 2, 7) if quiet else at)


def test_equal_ends_mean_no_quiet_hours() -> None:
    one = Rules(ZoneInfo("Europe/Berlin"), time(9), 1, time(7), time(7))
    assert not any(is_quiet(one, berlin(2024, 7, 1, hour)) for hour in range(24))


def test_a_night_is_an_hour_shorter_or_longer_when_the_clock_jumps_and_ends_at_seven_all_the_same() -> None:
    for day in ((2024, 3, 31), (2024, 10, 27)):
        assert end_of_quiet(NIGHT, berlin(*day, 0, 30)) == berlin(*day, 7)


def test_a_digest_at_an_hour_that_is_skipped_comes_right_after_the_jump() -> None:
    one = Rules(ZoneInfo("Europe/Berlin"), time(2, 30), 1)
    assert next_digest(one, "daily", after=berlin(2024, 3, 30, 12)) == datetime(2024, 3, 31, 1, tzinfo=UTC)


def test_a_digest_at_an_hour_that_comes_twice_comes_once() -> None:
    one = Rules(ZoneInfo("Europe/Berlin"), time(2, 30), 1)
    first = next_digest(one, "daily", after=berlin(2024, 10, 26, 12))
    assert first == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    assert next_digest(one, "daily", after=first) == berlin(2024, 10, 28, 2, 30)


def test_a_digest_within_quiet_hours_waits_for_their_end() -> None:
    one = Rules(ZoneInfo("Europe/Berlin"), time(23), 1, time(22), time(7))
    assert next_digest(one, "daily", after=berlin(2024, 7, 1, 12)) == berlin(2024, 7, 2, 7)


def test_the_accounts_date_is_its_zones() -> None:
    one = Rules(ZoneInfo("Pacific/Apia"), time(9), 1)
    assert local_date(one, datetime(2024, 7, 1, 12, tzinfo=UTC)) == date(2024, 7, 2)
