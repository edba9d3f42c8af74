"""The ladder of attempts: its steps, its jitter, what Retry-After may ask for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.platform.webhook_retries import ATTEMPTS_MAX, LADDER_SECONDS, read_retry_after, seconds_before

AT = datetime(2024, 11, 4, 9, 0, tzinfo=UTC)
DAY = 86_400
IDS = st.text(min_size=1, max_size=30)


def test_the_ladder_is_the_specifications() -> None:
    hours = [step / 3_600 for step in LADDER_SECONDS[3:]]
    assert LADDER_SECONDS[:3] == (0, 5, 300)
    assert hours == [0.5, 2, 5, 10, 14, 20, 24]
    assert ATTEMPTS_MAX == 10


@given(attempt=st.integers(2, ATTEMPTS_MAX), delivery_id=IDS, asked=st.none() | st.integers(0, DAY))
def test_a_wait_is_its_step_up_to_a_fifth_longer_and_no_less_than_was_asked(
    attempt: int, delivery_id: str, asked: int | None
) -> None:
    step = LADDER_SECONDS[attempt - 1]
    wait = seconds_before(attempt, delivery_id=delivery_id, retry_after_seconds=asked)
    assert wait >= max(step, asked or 0)
    assert wait <= max(step * 1.2, asked or 0)
    assert wait == seconds_before(attempt, delivery_id=delivery_id, retry_after_seconds=asked)


def test_deliveries_that_failed_together_do_not_come_back_together() -> None:
    waits = {seconds_before(5, delivery_id=f"dlv_{n}", retry_after_seconds=None) for n in range(200)}
    assert len(waits) == 200
    assert max(waits) - min(waits) > 0.15 * LADDER_SECONDS[4]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None), ("", None), ("soon", None), ("-5", None), ("1.5", None), ("1e3", None), ("٣", None),
        ("0", 0), ("120", 120), (" 120 ", 120), ("99999", DAY), ("9" * 400, DAY),
        (format_datetime(AT + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(AT - timedelta(seconds=90), usegmt=True), 0),
        (format_datetime(AT + timedelta(days=30), usegmt=True), DAY),
        ("Mon, 04 Nov 2024 09:02:00 -0000", 120), ("Mon, 99 Nov 2024 09:02:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: int | None) -> None:
    assert read_retry_after(value, at=AT) == seconds


@given(st.text(max_size=60))
def test_any_header_is_read_or_left_aside(value: str) -> None:
    found = read_retry_after(value, at=AT)
    assert found is None or 0 <= found <= DAY
