"""Rating differences to probabilities, in closed form (ORACLE 7.1): nothing here is sampled.

The difference of two performances is logistic around d with scale s; within T of zero the match is drawn (Rao and
Kupper, 1967, with the ties' parameter put in rating points). All differences, scales and zones are in Elo points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

QUADRATURE_POINTS = 1_001
QUADRATURE_SPAN = 40.0
"""Quantiles are taken at even steps of their log-odds between -40 and 40: exact to 1e-12 with any difference, where
steps even in probability miss the tail of a very uneven match."""
CONTROL_SCALE = 400 / math.log(10)
"""The control value is what the classic 400-point curve makes of a difference, whatever scale was fitted."""
SCENARIOS = {"conservative": (0.8, 0.7), "base": (1.0, 1.0), "aggressive": (1.2, 1.3)}
"""Factors (scale, variance) of the three views of one difference."""


def win_draw_loss(difference: npt.ArrayLike, *, scale: float, zone: float) -> Floats:
    """Return home, draw, away for differences d of any shape: shape (..., 3).

    Home is 1 - F(T - d), away F(-T - d), the draw what lies between; a zone of 0 makes it exactly 0.
    """
    if not (scale > 0 and zone >= 0):
        raise ValueError(f"scale {scale} and zone {zone}")
    d = np.asarray(difference, dtype=np.float64)
    home, away = _logistic((d - zone) / scale), _logistic((-d - zone) / scale)
    draw = np.zeros_like(home) if zone == 0 else np.maximum(1 - home - away, 0.0)
    return np.stack((home, draw, away), axis=-1)


def scenario(name: str, *, scale: float, zone: float) -> tuple[float, float]:
    """Return s' = s·scale·√variance and T' = T·scale of a scenario; probabilities and percentiles both use them."""
    factor, variance = SCENARIOS[name]
    return scale * factor * math.sqrt(variance), zone * factor


@dataclass(frozen=True, slots=True)
class ControlSpread:
    """How the control value spreads over single matches: the match's own chance, not the error of a forecast.

    `percentiles` belong to the levels asked for, `histogram` are shares of equal bins from 0 to 1.
    """

    percentiles: tuple[float, ...]
    histogram: tuple[float, ...]
    mean: float
    sd: float
    skew: float
    excess_kurtosis: float


def control_spread(difference: float, *, scale: float, levels: Sequence[float], bins: int = 20) -> ControlSpread:
    """Describe y = 1/(1 + 10^(-x/400)) for x logistic around the difference.

    Moments are sums over 1,001 quantiles; bins are differences of the distribution function.
    """
    steps = np.linspace(-QUADRATURE_SPAN, QUADRATURE_SPAN, QUADRATURE_POINTS)
    weights = _logistic(steps) * _logistic(-steps)
    weights /= weights.sum()
    values = _logistic((difference + scale * steps) / CONTROL_SCALE)
    mean = float(weights @ values)
    centred = values - mean
    variance = float(weights @ centred**2)
    sd = math.sqrt(variance)
    return ControlSpread(
        percentiles=tuple(control_quantiles(difference, levels, scale=scale).tolist()),
        histogram=tuple(_control_histogram(difference, scale=scale, bins=bins).tolist()),
        mean=mean,
        sd=sd,
        skew=float(weights @ centred**3) / sd**3,
        excess_kurtosis=float(weights @ centred**4) / variance**2 - 3,
    )


def control_quantiles(difference: float, levels: npt.ArrayLike, *, scale: float) -> Floats:
    """Return the quantiles of the control value at levels strictly between 0 and 1: y(d + s ln(q/(1-q)))."""
    q = np.asarray(levels, dtype=np.float64)
    if not ((q > 0) & (q < 1)).all():
        raise ValueError("a level lies strictly between 0 and 1")
    return _logistic((difference + scale * np.log(q / (1 - q))) / CONTROL_SCALE)


def _control_histogram(difference: float, *, scale: float, bins: int) -> Floats:
    inner = np.arange(1, bins) / bins
    below = _logistic((CONTROL_SCALE * np.log(inner / (1 - inner)) - difference) / scale)
    return np.diff(below, prepend=0.0, append=1.0)


def _logistic(z: Floats) -> Floats:
    """Return 1/(1+e^-z), without overflow for any finite z."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))
