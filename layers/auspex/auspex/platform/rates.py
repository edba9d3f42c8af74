"""Request rates by class (generic cell rate algorithm). Postgres counts; this module says how fast, and what is left.

Header fields follow draft-ietf-httpapi-ratelimit-headers: `q` requests in a window of `w` seconds, `r` left, `t`
seconds until all of them are there again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from auspex.core import limits
from auspex.core.config import Settings, read_settings
from auspex.core.problems import Problem

LOCAL_ADDRESSES_MAX = 10_000
RateName = Literal["read", "write", "upload", "admin", "public"]


class RateSettings(Settings):
    """How much faster than the product's rates this deployment lets requests through (tests, the local stack)."""

    rate_factor: float = 1.0


class RateLimited(Problem):
    """More requests than the rate class allows."""

    status, code, title = 429, "rate-limited", "Too many requests"
    remedy = "Wait for `Retry-After` seconds; `RateLimit` says how many requests are left."


@dataclass(frozen=True, slots=True)
class RateClass:
    """A sustained rate and a burst, both in requests."""

    name: RateName
    per_minute: float
    burst: int

    @property
    def emission_ms(self) -> float:
        """Milliseconds in which one request is earned back."""
        return 60_000 / self.per_minute


@dataclass(frozen=True, slots=True)
class RateState:
    """What is left of a class after this request."""

    rate: RateClass
    remaining: int
    full_in_seconds: float
    retry_in_seconds: float

    def headers(self) -> dict[str, str]:
        """Return the fields of every reply that was counted."""
        window = math.ceil(self.rate.burst * self.rate.emission_ms / 1000)
        return {
            "ratelimit-policy": f'"{self.rate.name}";q={self.rate.burst};w={window}',
            "ratelimit": f'"{self.rate.name}";r={self.remaining};t={math.ceil(self.full_in_seconds)}',
        }

    def refuse(self) -> None:
        """Raise RateLimited when this request was one too many."""
        if self.retry_in_seconds > 0:
            raise RateLimited(
                detail=f"The rate `{self.rate.name}` allows {self.rate.per_minute:g} requests a minute.",
                retry_after_seconds=max(1, math.ceil(self.retry_in_seconds)),
                rate=self.rate.name,
            )


_RATES: dict[RateName, tuple[int, int]] = {
    "read": (limits.READ_REQUESTS_PER_MINUTE, limits.READ_REQUESTS_BURST),
    "write": (limits.WRITE_REQUESTS_PER_MINUTE, limits.WRITE_REQUESTS_BURST),
    "upload": (limits.UPLOAD_REQUESTS_PER_MINUTE, limits.UPLOAD_REQUESTS_BURST),
    "admin": (limits.ADMIN_REQUESTS_PER_MINUTE, limits.ADMIN_REQUESTS_BURST),
    "public": (limits.PUBLIC_REQUESTS_PER_MINUTE, limits.PUBLIC_REQUESTS_BURST),
}


class LocalCounter:
    """Rates counted in this environment's memory, for routes that answer without a database (health, documents).

    Several environments let through several times as much: it protects each of them, and no table is needed.
    """

    def __init__(self) -> None:
        self._full_at: dict[str, float] = {}

    def take(self, address: str, rate: RateClass, *, at_seconds: float) -> RateState:
        """Count a request of an address and return what is left, in the way of `platform.take_rates`."""
        if len(self._full_at) >= LOCAL_ADDRESSES_MAX:
            self._full_at = {known: full for known, full in self._full_at.items() if full > at_seconds}
        emission = rate.emission_ms / 1000
        ahead = max(self._full_at.get(address, 0.0) - at_seconds, 0.0) + emission
        room = rate.burst * emission - ahead
        if room < -1e-6:
            return RateState(rate, 0, ahead - emission, -room)
        if len(self._full_at) < LOCAL_ADDRESSES_MAX or address in self._full_at:
            self._full_at[address] = at_seconds + ahead
        return RateState(rate, int(room / emission + 1e-6), ahead, 0.0)


def rate_class(name: RateName) -> RateClass:
    """Return a class as this deployment applies it."""
    factor = read_settings(RateSettings).rate_factor
    per_minute, burst = _RATES[name]
    return RateClass(name, per_minute * factor, max(1, round(burst * factor)))
