"""Our own 80 % interval for a figure not yet reported, from what guidance or growth was worth before (FILINGS 7.10).

The middle is a median, the spread a median absolute deviation made comparable with a standard deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

SURPRISES_MIN = 4
QUARTERS_MIN = 8
GROWTHS = 4
RESIDUALS_MAX = 8
SEASON = 4
Z_80 = Decimal("1.2816")
"""Quantile of the standard normal distribution at 0.9; the interval from 0.1 to 0.9 spans twice that."""
Z_SPAN = Decimal("2.5631")
MAD_SCALE, MEAN_SCALE = Decimal("1.4826"), Decimal("1.2533")
"""What makes the median, and the mean, of absolute deviations comparable with a standard deviation."""
DECIMALS = 6
SPREAD_MIN = Decimal("0.01")


class Route(StrEnum):
    """How an expectation was made."""

    GUIDANCE = "guidance_surprises"
    GROWTH = "yearly_growth"
    DIFFERENCE = "yearly_difference"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Quantiles in the figure's own unit, and how they were made."""

    q10: Decimal
    q50: Decimal
    q90: Decimal
    route: Route


@dataclass(frozen=True, slots=True)
class Baselines:
    """What an expectation is compared with: guidance's middle, the same period a year before; None where unknown."""

    guidance_midpoint: Decimal | None
    last_year: Decimal | None

    @property
    def scale(self) -> Decimal | None:
        """Return what losses are shares of."""
        return next((abs(value) for value in (self.last_year, self.guidance_midpoint) if value), None)


def expect_from_guidance(mid: Decimal, surprises: Sequence[Decimal]) -> Expectation | None:
    """Return the expectation around a guidance's middle; `surprises` are shares of |middle| of resolved guidance.

    None for fewer than four. For a positive middle this is mid·(1 + median s ∓ 1.2816·max(1.4826·MAD, 0.01)).
    """
    if len(surprises) < SURPRISES_MIN:
        return None
    center = _median(surprises)
    spread = max(MAD_SCALE * _median([abs(surprise - center) for surprise in surprises]), SPREAD_MIN)
    return _around(mid + abs(mid) * center, abs(mid) * spread, Route.GUIDANCE)


def expect_from_history(quarters: Sequence[Decimal]) -> Expectation | None:
    """Return the expectation for the quarter after `quarters` (consecutive, oldest first); None for fewer than eight.

    The quarter a year before, moved by the median of the last four yearly growths; by the median of the differences
    instead where one of the figures that growth would divide by is not positive. The spread is the mean size of the
    last eight residuals, times 1.2533 to compare with a standard deviation: with so few of them a median of sizes was
    measured to be too narrow (docs/measurements.md). A residual is what a yearly growth differed from the median of the
    four before it, or from their own median while fewer than four of those can be made.
    """
    if len(quarters) < QUARTERS_MIN:
        return None
    pairs = list(zip(quarters[:-SEASON], quarters[SEASON:], strict=True))[-(RESIDUALS_MAX + GROWTHS) :]
    before = quarters[-SEASON]
    if before > 0 and all(earlier > 0 for earlier, _ in pairs):
        growths = [(later - earlier) / earlier for earlier, later in pairs]
        spread = before * max(_mean_size(_residuals(growths)), SPREAD_MIN)
        return _around(before * (1 + _median(growths[-GROWTHS:])), spread, Route.GROWTH)
    steps = [later - earlier for earlier, later in pairs]
    floor = SPREAD_MIN * _median([abs(value) for value in quarters[-QUARTERS_MIN:]])
    spread = max(_mean_size(_residuals(steps)), floor)
    return _around(before + _median(steps[-GROWTHS:]), spread, Route.DIFFERENCE)


def is_surprise(actual: Decimal, *, q10: Decimal, q50: Decimal, q90: Decimal) -> bool:
    """Whether an actual lies two standard deviations or more from what was expected."""
    return abs(actual - q50) >= surprise_from(q10=q10, q90=q90)


def surprise_from(*, q10: Decimal, q90: Decimal) -> Decimal:
    """Return the deviation from which an actual is a surprise, two standard deviations: 2 · (q90 − q10) / 2.5631."""
    return 2 * (q90 - q10) / Z_SPAN


def _residuals(changes: Sequence[Decimal]) -> list[Decimal]:
    """Return by how much changes missed the median of the four before them; too few of those: what they deviate by."""
    ahead = [changes[i] - _median(changes[i - GROWTHS : i]) for i in range(GROWTHS, len(changes))]
    if len(ahead) >= GROWTHS:
        return ahead[-RESIDUALS_MAX:]
    center = _median(changes[-GROWTHS:])
    return [change - center for change in changes[-RESIDUALS_MAX:]]


def _around(center: Decimal, spread: Decimal, route: Route) -> Expectation:
    reach = Z_80 * spread
    low, middle, high = (round(value, DECIMALS) for value in (center - reach, center, center + reach))
    return Expectation(low, middle, high, route)


def _mean_size(residuals: Sequence[Decimal]) -> Decimal:
    return MEAN_SCALE * sum((abs(value) for value in residuals), Decimal(0)) / len(residuals)


def _median(values: Sequence[Decimal]) -> Decimal:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
