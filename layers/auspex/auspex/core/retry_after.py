"""How long a source asks to be left alone (RFC 9110, 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def retry_after_seconds(headers: Mapping[str, str], *, otherwise: float) -> float:
    """Return Retry-After in seconds, never below 0: a number, or a date against the reply's own Date.

    `otherwise` where the header is absent or unreadable. `headers` finds names in lower case.
    """
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        at, now = parsedate_to_datetime(value), parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (at - now).total_seconds())
    except (TypeError, ValueError):
        return otherwise
