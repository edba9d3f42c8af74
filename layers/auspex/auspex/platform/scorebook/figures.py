"""Figures from sums per day: means with bootstrap intervals, skill, reliability. Pure: the seed is an argument.

Forecasts of one day share their weather, their news, their match-day: days are resampled, not single predictions (a
block bootstrap, Künsch 1989), and every figure is a ratio of sums over the resampled days.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from auspex.core.limits import BOOTSTRAP_DAYS_MIN, BOOTSTRAP_RESAMPLES

Floats = npt.NDArray[np.float64]
LOW_PERCENT, HIGH_PERCENT = 2.5, 97.5
WILSON_Z = 1.959963984540054
BINS = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and the 95 % interval of its bootstrap; no interval for too few days."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of one tenth of the probability scale: how often it was said, and how often it came true."""

    low: float
    high: float
    n: int
    mean_forecast: float
    observed: float
    observed_low: float
    observed_high: float


@lru_cache(maxsize=8)
def resampling_weights(days: int, *, resamples: int = BOOTSTRAP_RESAMPLES, seed: int = 0) -> Floats:
    """Return how often each of `days` is drawn in each resample: shape (resamples, days), rows add up to `days`."""
    draws = np.random.Generator(np.random.PCG64(seed)).integers(0, days, size=(resamples, days))
    offsets = np.arange(resamples)[:, None] * days
    counts = np.bincount((draws + offsets).ravel(), minlength=resamples * days)
    weights: Floats = counts.reshape(resamples, days).astype(np.float64)
    weights.setflags(write=False)
    return weights


def estimate_mean(counts: Sequence[int], totals: Sequence[float], *, seed: int = 0) -> Estimate:
    """Return the mean over all predictions from each day's count and total."""
    return _estimate_ratio(np.asarray(totals, np.float64), np.asarray(counts, np.float64), seed=seed)


def estimate_skill(totals: Sequence[float], baseline_totals: Sequence[float], *, seed: int = 0) -> Estimate | None:
    """Return 1 - score / baseline on the same predictions; None for a baseline that was never wrong."""
    own, baseline = np.asarray(totals, np.float64), np.asarray(baseline_totals, np.float64)
    if baseline.sum() <= 0:
        return None
    ratio = _estimate_ratio(own, baseline, seed=seed)
    if ratio.low is None or ratio.high is None:
        return Estimate(1 - ratio.value, None, None)
    return Estimate(1 - ratio.value, 1 - ratio.high, 1 - ratio.low)


def reliability_bin(index: int, *, n: int, forecast_total: float, observed_total: float) -> Bin:
    """Return one of ten equal bins with the Wilson interval (1927) of its observed frequency."""
    low, high = wilson_interval(observed_total, n)
    width = 1 / BINS
    return Bin(
        low=round(index * width, 1), high=round((index + 1) * width, 1), n=n, mean_forecast=forecast_total / n,
        observed=observed_total / n, observed_low=low, observed_high=high,
    )  # fmt: skip


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean distance of said and seen frequencies, each bin by its share of the forecasts."""
    n = sum(b.n for b in bins)
    return math.fsum(b.n / n * abs(b.mean_forecast - b.observed) for b in bins)


def wilson_interval(successes: float, n: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share."""
    share, z2 = successes / n, WILSON_Z**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = WILSON_Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _estimate_ratio(numerators: Floats, denominators: Floats, *, seed: int) -> Estimate:
    value = float(numerators.sum() / denominators.sum())
    days = len(numerators)
    if days < BOOTSTRAP_DAYS_MIN:
        return Estimate(value, None, None)
    weights = resampling_weights(days, seed=seed)
    tops, bottoms = weights @ numerators, weights @ denominators
    ratios = tops[bottoms > 0] / bottoms[bottoms > 0]
    low, high = np.percentile(ratios, [LOW_PERCENT, HIGH_PERCENT])
    return Estimate(value, float(low), float(high))
