"""What a million requests cost at a rate: list prices times what the simulated mix uses. Rounded prices of us-east-1.

Prices are inputs, without free tiers, volume discounts or commitments; change them here when they change.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.scale_simulation import MIX, Traffic

MEMORY_GB = {"read": 0.5, "search or ask": 1769 / 1024, "write": 0.5}
LAMBDA_GB_SECOND = 0.0000133334
LAMBDA_REQUEST = 0.20e-6
HTTP_API_REQUEST = 1.00e-6
CLOUDFRONT_REQUEST = 1.00e-6
CLOUDFRONT_GB = 0.085
REPLY_GB = 3e-6
LOG_GB = 0.50
LOG_GB_PER_REQUEST = 1.8e-6
"""Three lines of the platform, one of ours, one of metrics."""
SQS_CALL = 0.40e-6
SQS_CALLS_PER_MESSAGE = 3
DYNAMODB_WRITE = 0.625e-6
WRITES_PER_IDEMPOTENT_REQUEST = 2
ACU_HOUR = 0.12
PROXY_ACU_HOUR = 0.015
PROXY_ACU_MIN = 8
ACU_PER_VCPU = 4
ACU_MIN = 2
BACKEND_USE = 0.6
"""Share of Postgres' CPU that busy backends may take, so that a burst finds room."""
HOURS_A_MONTH = 730


@dataclass(frozen=True, slots=True)
class Cost:
    """USD per million requests by what causes it; `acu` is the capacity of Postgres that the rate needs."""

    functions: float
    edge: float
    logs: float
    queues: float
    postgres: float
    acu: float

    @property
    def total(self) -> float:
        """USD per million requests."""
        return self.functions + self.edge + self.logs + self.queues + self.postgres


def cost_per_million(rate: int, *, cached: float = 0.0) -> Cost:
    """Return the cost of a million requests of the mix at a steady rate (requests/s).

    `cached` is the share of reads that CloudFront answers; nothing behind it is called for them.
    """
    reaching = {t.name: t.share * (1 - cached if t.name == "read" else 1) for t in MIX}
    arriving = sum(reaching.values())
    busy = rate * sum(reaching[t.name] * t.backend_seconds for t in MIX)
    acu = max(ACU_MIN, busy / BACKEND_USE * ACU_PER_VCPU)
    a_month = acu * ACU_HOUR * HOURS_A_MONTH + max(PROXY_ACU_MIN, acu) * PROXY_ACU_HOUR * HOURS_A_MONTH
    return Cost(
        functions=1e6 * (LAMBDA_REQUEST * arriving + sum(reaching[t.name] * _duration(t) for t in MIX)),
        edge=1e6 * (HTTP_API_REQUEST * arriving + CLOUDFRONT_REQUEST + REPLY_GB * CLOUDFRONT_GB),
        logs=1e6 * LOG_GB_PER_REQUEST * LOG_GB * arriving,
        queues=1e6
        * reaching["write"]
        * (SQS_CALLS_PER_MESSAGE * SQS_CALL + WRITES_PER_IDEMPOTENT_REQUEST * DYNAMODB_WRITE),
        postgres=a_month / (rate * HOURS_A_MONTH * 3600 / 1e6),
        acu=acu,
    )


def _duration(traffic: Traffic) -> float:
    seconds = traffic.function_seconds + traffic.backend_seconds
    return seconds * MEMORY_GB[traffic.name] * LAMBDA_GB_SECOND


def main() -> None:
    """Print the table."""
    print(
        "| requests/s | reads cached | functions | edge | logs | queues, keys | Postgres | per M | ACU | USD a month |"
    )
    for rate, cached in ((10, 0.0), (1_000, 0.0), (100_000, 0.0), (100_000, 0.95)):
        cost = cost_per_million(rate, cached=cached)
        a_month = cost.total * rate * HOURS_A_MONTH * 3600 / 1e6
        print(
            f"| {rate:,} | {cached:.0%} | {cost.functions:.2f} | {cost.edge:.2f} | {cost.logs:.2f} | {cost.queues:.2f}"
            f" | {cost.postgres:.2f} | {cost.total:.2f} | {cost.acu:,.0f} | {a_month:,.0f} |"
        )


if __name__ == "__main__":
    main()
