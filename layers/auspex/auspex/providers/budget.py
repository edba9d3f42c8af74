"""Money and its months: what a call costs in millionths of a dollar, and when a spent budget is whole again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from auspex.providers.contract import Usage


def cost_micro_usd(usage: Usage, *, price_in: Decimal | None, price_out: Decimal | None) -> int | None:
    """Return a call's cost, rounded up; None where a price or a count of tokens is missing.

    A price in USD per million tokens is the same number in micro-USD per token.
    """
    if price_in is None or price_out is None or usage.tokens_in is None or usage.tokens_out is None:
        return None
    cost = usage.tokens_in * price_in + usage.tokens_out * price_out
    return int(cost.to_integral_value(rounding=ROUND_CEILING))


def next_month(at: datetime) -> datetime:
    """Return the first instant of the next month, UTC."""
    first = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def next_midnight(at: datetime) -> datetime:
    """Return the next 00:00 UTC."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
