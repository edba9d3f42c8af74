"""Scores of many three-way forecasts at once, and what they say together (ORACLE 7.10). Smaller is better.

Epstein (1969) for the ranked probability score, Brier (1950), Good (1952) for the logarithmic score; Wilson (1927) for
the interval of a share; clusters of a week in the bootstrap, because matches of a week share parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LOG_FLOOR = 1e-15
BINS = 10
RESAMPLES = 1000
NORMAL_975 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of one tenth of the unit interval: how many, what they said, what happened, Wilson's 95 % interval."""

    low: float
    high: float
    n: int
    mean_forecast: float
    observed: float
    observed_low: float
    observed_high: float


def happened(outcomes: Integers) -> Floats:
    """Return outcomes 0, 1, 2 as rows of shape (n, 3) with a 1 where it happened."""
    return np.eye(3)[outcomes]


def ranked_probability(probabilities: Floats, outcomes: Integers) -> Floats:
    """Return ½Σ(cumulated p - cumulated o)² of each forecast; order home, draw, away; shape (n,)."""
    gaps = np.cumsum(probabilities - happened(outcomes), axis=1)[:, :2]
    return np.asarray((gaps**2).sum(axis=1) / 2)


def logarithmic(probabilities: Floats, outcomes: Integers) -> Floats:
    """Return -ln of the probability of what happened, shape (n,)."""
    given = probabilities[np.arange(len(outcomes)), outcomes]
    return np.asarray(-np.log(np.maximum(given, LOG_FLOOR)))


def brier(probabilities: Floats, outcomes: Integers) -> Floats:
    """Return Σ(p - o)² of each forecast, 0 to 2, shape (n,)."""
    return np.asarray(((probabilities - happened(outcomes)) ** 2).sum(axis=1))


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share, (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, NORMAL_975**2
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = NORMAL_975 * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2)) / (1 + square / trials)
    # The ends are exact where nothing or everything happened; rounding must not move them past it.
    return (0.0 if successes == 0 else middle - half), (1.0 if successes == trials else middle + half)


def reliability(probabilities: Floats, outcomes: Integers) -> tuple[Bin, ...]:
    """Return ten equally wide bins over the pooled outcomes of all forecasts; empty ones are left out."""
    forecast, seen = probabilities.ravel(), happened(outcomes).ravel()
    number = np.minimum((forecast * BINS).astype(np.int64), BINS - 1)
    bins: list[Bin] = []
    for index in np.unique(number).tolist():
        chosen = number == index
        count, successes = int(chosen.sum()), float(seen[chosen].sum())
        low, high = wilson(successes, count)
        bins.append(
            Bin(index / BINS, (index + 1) / BINS, count, float(forecast[chosen].mean()), successes / count, low, high)
        )
    return tuple(bins)


def expected_calibration_error(bins: tuple[Bin, ...]) -> float:
    """Return the mean distance of forecast and observed share, weighted by the forecasts in the bins."""
    total = sum(entry.n for entry in bins)
    return math.fsum(entry.n * abs(entry.mean_forecast - entry.observed) for entry in bins) / total


def resampled_means(values: Floats, clusters: Integers, *, resamples: int = RESAMPLES, seed: int = 0) -> Floats:
    """Return means of `values` (n, k) over resamples of whole clusters (n,), drawn with replacement: (resamples, k).

    Only the raw stream of PCG64 is used, which numpy guarantees: the same seed gives the same intervals anywhere.
    """
    labels, member = np.unique(clusters, return_inverse=True)
    sums = np.stack([np.bincount(member, weights=column, minlength=len(labels)) for column in values.T], axis=1)
    sizes = np.bincount(member, minlength=len(labels)).astype(np.float64)
    raw = np.random.PCG64(seed).random_raw(resamples * len(labels))
    uniform = (np.asarray(raw, dtype=np.uint64) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    drawn = (uniform * len(labels)).astype(np.int64).reshape(resamples, len(labels))
    return np.asarray(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)[:, None])


def interval(samples: Floats) -> tuple[float, float]:
    """Return the central 95 % of bootstrap samples of shape (m,)."""
    low, high = np.quantile(samples, [0.025, 0.975])
    return float(low), float(high)


def mean_interval(values: Floats, clusters: Integers) -> tuple[float, float]:
    """Return the bootstrap interval of the mean of `values` (n,)."""
    return interval(resampled_means(values[:, None], clusters)[:, 0])


def skill_interval(scores: Floats, reference: Floats, clusters: Integers) -> tuple[float, float, float]:
    """Return 1 - mean score / mean reference on the same matches, and its bootstrap interval."""
    means = resampled_means(np.stack([scores, reference], axis=1), clusters)
    return (1 - float(scores.mean()) / float(reference.mean()), *interval(1 - means[:, 0] / means[:, 1]))
