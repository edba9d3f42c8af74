"""Schedule expressions as EventBridge Scheduler reads them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.harness.schedules import next_firing

NOON = datetime(2024, 11, 1, 12, 0, tzinfo=UTC)  # a Friday


def at(day: int, hour: int, minute: int, *, month: int = 11) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "timezone", "expected"),
    [
        ("rate(5 minutes)", "UTC", at(1, 12, 5)),
        ("rate(1 day)", "UTC", at(2, 12, 0)),
        ("cron(30 7 * * ? *)", "UTC", at(2, 7, 30)),
        ("cron(0/15 12 * * ? *)", "UTC", at(1, 12, 15)),
        ("cron(0 6 ? * MON-FRI *)", "UTC", at(4, 6, 0)),
        ("cron(15 10 1,15 * ? *)", "UTC", at(15, 10, 15)),
        ("cron(0 0 1 JAN ? 2024-2025)", "UTC", datetime(2025, 1, 1, tzinfo=UTC)),
        ("cron(30 2 * * ? *)", "America/New_York", at(2, 6, 30)),
        ("at(2024-11-20T13:00:00)", "Europe/Berlin", at(20, 12, 0)),
    ],
)
def test_the_next_firing_is_found(expression: str, timezone: str, expected: datetime) -> None:
    assert next_firing(expression, after=NOON, since=NOON, timezone=timezone) == expected


def test_a_rate_counts_from_its_creation() -> None:
    assert next_firing("rate(1 hour)", after=at(1, 14, 20), since=at(1, 12, 10)) == at(1, 15, 10)


def test_a_local_time_that_the_clock_change_skips_does_not_fire_that_day() -> None:
    before_spring = datetime(2024, 3, 31, 0, 0, tzinfo=UTC)
    fired = next_firing("cron(30 2 * * ? *)", after=before_spring, since=before_spring, timezone="Europe/Berlin")
    assert fired == datetime(2024, 4, 1, 0, 30, tzinfo=UTC)


def test_a_past_single_firing_never_comes() -> None:
    assert next_firing("at(2024-10-01T00:00:00)", after=NOON, since=NOON) is None


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minutes)",
        "rate(2 minute)",
        "rate(0 minutes)",
        "every(5)",
        "cron(0 6 * * * *)",
        "cron(61 6 * * ? *)",
        "cron(* * *)",
    ],
)
def test_what_the_service_refuses_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        next_firing(expression, after=NOON, since=NOON)
