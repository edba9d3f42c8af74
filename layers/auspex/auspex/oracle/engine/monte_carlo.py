"""How far simulated numbers may be off (ORACLE 7.6): every published share, mean and percentile carries its error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z_95 = 1.959963984540054
"""Two-sided 95 % of a normal distribution."""


def share_error(share: npt.ArrayLike, n: int) -> Floats:
    """Return √(p(1-p)/n) of shares of n runs; for 0 and 1, where that is 0, the bound 3/n (Hanley, 1983).

    Seen 0 times in n runs, an event has a probability below 3/n with 95 % confidence.
    """
    p = np.asarray(share, dtype=np.float64)
    return np.asarray(np.where((p <= 0) | (p >= 1), 3 / n, np.sqrt(np.clip(p * (1 - p), 0, None) / n)))


def mean_error(values: npt.ArrayLike) -> float:
    """Return the standard error of the mean of a sample of at least two values."""
    sample = np.asarray(values, dtype=np.float64)
    return float(sample.std(ddof=1)) / math.sqrt(sample.size)


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile of simulated values and the values between which the true one lies with about 95 % confidence."""

    level: float
    value: float
    low: float
    high: float


def percentiles(
    counts: Sequence[int] | npt.NDArray[np.int64], values: npt.ArrayLike, levels: Sequence[float]
) -> list[Percentile]:
    """Return percentiles of values that occurred so many times, ascending, with errors by binomial order statistics.

    The number of runs below the true q-quantile is binomial (n, q): the order statistics at nq ± 1.96·√(nq(1-q)) are
    the interval, whatever the distribution (David and Nagaraja, Order Statistics, 7.1).
    """
    cumulated = np.cumsum(np.asarray(counts, dtype=np.int64))
    ordered = np.asarray(values, dtype=np.float64)
    n = int(cumulated[-1])

    def ranked(rank: float) -> float:
        """Return the value of the order statistic with this rank, from 1."""
        whole = min(max(math.ceil(rank), 1), n)
        return float(ordered[np.searchsorted(cumulated, whole)])

    found = []
    for level in levels:
        spread = Z_95 * math.sqrt(n * level * (1 - level))
        found.append(Percentile(level, ranked(n * level), ranked(n * level - spread), ranked(n * level + spread + 1)))
    return found
