"""When a delivery is tried again: the ladder of the Standard Webhooks specification, lengthened by jitter. Pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from auspex.core.limits import WEBHOOK_JITTER_PERCENT_MAX, WEBHOOK_RETRY_AFTER_SECONDS_MAX

LADDER_SECONDS: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""How long each attempt waits after the one before it: at once, then up to 75 hours in all."""
ATTEMPTS_MAX: Final = len(LADDER_SECONDS)


def seconds_before(attempt: int, *, delivery_id: str, retry_after_seconds: int | None) -> float:
    """Return how long attempt 2 to ATTEMPTS_MAX waits: its step, up to a fifth longer, and no less than was asked for.

    The jitter is a function of delivery and attempt, so that receivers' failures do not come back together.
    """
    digest = hashlib.sha256(f"{delivery_id}:{attempt}".encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32 * WEBHOOK_JITTER_PERCENT_MAX / 100
    return max(LADDER_SECONDS[attempt - 1] * (1 + share), float(retry_after_seconds or 0))


def read_retry_after(value: str | None, *, at: datetime) -> int | None:
    """Read a Retry-After header (RFC 9110, 10.2.3), seconds or a date, up to a cap; None for none and for nonsense."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), WEBHOOK_RETRY_AFTER_SECONDS_MAX)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(0, min(int((until - at).total_seconds()), WEBHOOK_RETRY_AFTER_SECONDS_MAX))
