"""Proper scores of one prediction, as pure functions: smaller is better, and honesty is the best policy.

References: Gneiting and Raftery (2007), Strictly Proper Scoring Rules, JASA 102; Epstein (1969) for the ranked
probability score; Bracher et al. (2021), Evaluating epidemic forecasts in an interval format, PLoS Comput Biol 17.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

SUM_TOLERANCE = 1e-6
LOG_FLOOR = 1e-15
"""What a probability of zero counts as in the logarithmic score, so that a sum of scores stays finite."""


def brier(probabilities: Sequence[float], outcome: int) -> float:
    """Return the sum of (p - o)^2 over all outcomes, 0 to 2; `outcome` is the index of what happened."""
    _check_probabilities(probabilities, outcome)
    return math.fsum((p - (index == outcome)) ** 2 for index, p in enumerate(probabilities))


def binary_brier(probability: float, *, happened: bool) -> float:
    """Return (p - o)^2 of an event, 0 to 1: half of what `brier` gives for the event and its opposite."""
    _check_probabilities((probability, 1 - probability), 0)
    return (probability - happened) ** 2


def log_loss(probabilities: Sequence[float], outcome: int) -> float:
    """Return -ln of the probability given to what happened, at most -ln LOG_FLOOR."""
    _check_probabilities(probabilities, outcome)
    return -math.log(max(probabilities[outcome], LOG_FLOOR))


def rps(probabilities: Sequence[float], outcome: int) -> float:
    """Return the ranked probability score of ordered outcomes, 0 to 1: mean squared distance of the two CDFs."""
    _check_probabilities(probabilities, outcome)
    total, cumulative = 0.0, 0.0
    for index, p in enumerate(probabilities[:-1]):
        cumulative += p
        total += (cumulative - (index >= outcome)) ** 2
    return total / (len(probabilities) - 1)


def pinball(level: float, quantile: float, value: float) -> float:
    """Return the pinball loss of one quantile: its level times the shortfall, or the rest times the excess."""
    if not 0 < level < 1:
        raise ValueError(f"a quantile's level lies between 0 and 1, not at {level}")
    return (value - quantile) * (level - (value < quantile))


@dataclass(frozen=True, slots=True)
class IntervalScore:
    """A weighted interval score and its three parts, which add up to it."""

    wis: float
    dispersion: float
    overprediction: float
    underprediction: float


def weighted_interval_score(levels: Sequence[float], quantiles: Sequence[float], value: float) -> IntervalScore:
    """Score symmetric quantiles (levels a and 1 - a, the median among them) by Bracher et al. (2021), equation 1.

    It is the mean of twice the pinball loss over all levels, and tends to the CRPS with ever more of them.
    """
    _check_quantiles(levels, quantiles)
    pairs = len(levels) // 2
    if len(levels) % 2 == 0 or any(abs(levels[i] + levels[-1 - i] - 1) > SUM_TOLERANCE for i in range(pairs + 1)):
        raise ValueError("levels must be symmetric about the median, which belongs to them")
    median = quantiles[pairs]
    dispersion = 0.0
    over, under = 0.5 * max(median - value, 0.0), 0.5 * max(value - median, 0.0)
    for index in range(pairs):
        low, high = quantiles[index], quantiles[-1 - index]
        dispersion += levels[index] * (high - low)
        over += max(low - value, 0.0)
        under += max(value - high, 0.0)
    weight = pairs + 0.5
    parts = dispersion / weight, over / weight, under / weight
    return IntervalScore(sum(parts), *parts)


def crps_from_quantiles(levels: Sequence[float], quantiles: Sequence[float], value: float) -> float:
    """Return twice the integral of the pinball loss over the levels, by trapezoids, flat beyond the outermost ones.

    An approximation: exact for a distribution only in the limit of many levels.
    """
    _check_quantiles(levels, quantiles)
    losses = [pinball(level, quantile, value) for level, quantile in zip(levels, quantiles, strict=True)]
    inner = math.fsum(
        (losses[i] + losses[i + 1]) * (levels[i + 1] - levels[i]) / 2 for i in range(len(losses) - 1)
    )  # fmt: skip
    return 2 * (inner + losses[0] * levels[0] + losses[-1] * (1 - levels[-1]))


def crps_from_sample(sample: Sequence[float], value: float) -> float:
    """Return the CRPS of the empirical distribution of a sample: E|X - y| - E|X - X'| / 2."""
    if not sample or not all(map(math.isfinite, (*sample, value))):
        raise ValueError("a sample has at least one value, and all are finite")
    ordered, size = sorted(sample), len(sample)
    distance = math.fsum(abs(x - value) for x in ordered) / size
    # Of sorted values the sum of |x - x'| over all pairs is linear in their ranks.
    spread = math.fsum((2 * rank - size + 1) * x for rank, x in enumerate(ordered)) / size**2
    return distance - spread


def probability_integral_transform(levels: Sequence[float], quantiles: Sequence[float], value: float) -> float:
    """Return where a value lies in a distribution given by quantiles, 0 to 1, linear between them.

    Values beyond the outermost quantiles get the middle of what lies beyond. Uniform over many calibrated forecasts.
    """
    _check_quantiles(levels, quantiles)
    if value < quantiles[0]:
        return levels[0] / 2
    if value > quantiles[-1]:
        return (1 + levels[-1]) / 2
    at_or_below = [level for level, quantile in zip(levels, quantiles, strict=True) if quantile == value]
    if at_or_below:
        return (at_or_below[0] + at_or_below[-1]) / 2
    index = next(i for i, quantile in enumerate(quantiles) if quantile > value)
    share = (value - quantiles[index - 1]) / (quantiles[index] - quantiles[index - 1])
    return levels[index - 1] + share * (levels[index] - levels[index - 1])


def covers(low: float, high: float, value: float) -> bool:
    """Tell whether a closed interval holds a value. Raises ValueError for an interval turned round."""
    if not low <= high:
        raise ValueError(f"an interval from {low} to {high}")
    return low <= value <= high


def _check_probabilities(probabilities: Sequence[float], outcome: int) -> None:
    if len(probabilities) < 2 or not 0 <= outcome < len(probabilities):
        raise ValueError(f"outcome {outcome} of {len(probabilities)}")
    # Written so that nan fails too.
    if not all(-SUM_TOLERANCE <= p <= 1 + SUM_TOLERANCE for p in probabilities):
        raise ValueError(f"no probabilities: {probabilities}")
    if not abs(math.fsum(probabilities) - 1) <= SUM_TOLERANCE:
        raise ValueError(f"probabilities that add up to {math.fsum(probabilities)}")


def _check_quantiles(levels: Sequence[float], quantiles: Sequence[float]) -> None:
    if len(levels) != len(quantiles) or not levels:
        raise ValueError(f"{len(levels)} levels for {len(quantiles)} quantiles")
    if not all(math.isfinite(quantile) for quantile in quantiles):
        raise ValueError("a quantile is not finite")
    if not (levels[0] > 0 and levels[-1] < 1 and all(a < b for a, b in itertools.pairwise(levels))):
        raise ValueError("levels must rise between 0 and 1")
    if any(a > b for a, b in itertools.pairwise(quantiles)):
        raise ValueError("quantiles cross")
