"""Retry-After as sources send it: seconds, a date, or nothing that can be read."""

from __future__ import annotations

import pytest

from auspex.core.retry_after import retry_after_seconds

NOW = "Sat, 03 Nov 2018 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "Sat, 03 Nov 2018 10:01:30 GMT", "date": NOW}, 90.0),
        ({"retry-after": "Sat, 03 Nov 2018 09:00:00 GMT", "date": NOW}, 0.0),
        ({"retry-after": "Sat, 03 Nov 2018 10:01:30 GMT"}, 60.0),
        ({"retry-after": "soon"}, 60.0),
        ({"retry-after": "-5"}, 60.0),
        ({}, 60.0),
    ],
)
def test_seconds_a_date_or_the_default(headers: dict[str, str], seconds: float) -> None:
    assert retry_after_seconds(headers, otherwise=60.0) == seconds
