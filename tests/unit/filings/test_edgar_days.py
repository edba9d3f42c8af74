"""EDGAR's hours and holidays, on both sides of the changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.edgar_days import in_quiet_hours, is_closed, new_york_day

HOURS = "22:30-05:30"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "quiet"),
    [
        ("2024-07-10T02:29:59", False),  # summer: New York is four hours behind
        ("2024-07-10T02:30:00", True),
        ("2024-07-10T09:29:59", True),
        ("2024-07-10T09:30:00", False),
        ("2024-12-10T03:29:59", False),  # winter: five
        ("2024-12-10T03:30:00", True),
        ("2024-12-10T10:29:59", True),
        ("2024-12-10T10:30:00", False),
        ("2024-03-10T09:29:00", True),  # the morning the clock was put forward
        ("2024-03-10T09:30:00", False),
        ("2024-11-03T09:30:00", True),  # and back
        ("2024-11-03T10:30:00", False),
    ],
)
def test_the_feed_rests_at_night_in_new_york(instant: str, quiet: bool) -> None:
    assert in_quiet_hours(at(instant), HOURS) is quiet


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_night_is_seven_hours_whatever_the_season(day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    quiet = sum(in_quiet_hours(noon + timedelta(minutes=5 * n), HOURS) for n in range(24 * 12))
    assert quiet in {6 * 12, 7 * 12, 8 * 12}  # the nights of the change are an hour shorter or longer


def test_never_is_no_rest() -> None:
    assert not in_quiet_hours(at("2024-07-10T04:00:00"), "never")
    with pytest.raises(ValueError, match="isoformat"):
        in_quiet_hours(at("2024-07-10T04:00:00"), "night")


def test_an_evening_in_utc_is_still_today_in_new_york() -> None:
    assert new_york_day(at("2024-11-05T04:59:00")) == date(2024, 11, 4)
    assert new_york_day(at("2024-11-05T05:00:00")) == date(2024, 11, 5)


@pytest.mark.parametrize(
    "day",
    [
        "2024-01-01", "2024-01-15", "2024-02-19", "2024-05-27", "2024-06-19", "2024-07-04", "2024-09-02", "2024-10-14",
        "2024-11-11", "2024-11-28", "2024-12-25", "2021-12-31", "2022-06-20", "2026-07-03", "2023-01-02", "2024-11-02",
    ],
)  # fmt: skip
def test_edgar_is_closed_on_weekends_and_federal_holidays(day: str) -> None:
    assert is_closed(date.fromisoformat(day))


def test_a_year_has_about_two_hundred_and_fifty_working_days() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    assert sum(not is_closed(day) for day in days) == 251
