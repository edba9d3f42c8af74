"""The scoreline grid of two goal rates (ORACLE 7.3): Poisson by Poisson, low scores corrected by ρ.

After Dixon and Coles (1997), Modelling association football scores and inefficiencies in the football betting market,
Applied Statistics 46. First index home goals, second away goals. Rates are goals a match and may be arrays: every
function broadcasts, so that many fixtures, or all subsets of an explanation, cost one call.

The correction moves the same mass c = λμρ·e^-(λ+μ) from 0-0 and 1-1 to 1-0 and 0-1. Goals of each side therefore stay
Poisson, and the three outcomes follow from cumulative sums without a grid.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RATE_MIN, RATE_MAX = 0.05, 6.0
RATE_OF_A_SMALL_GRID_MAX = 4.0
SMALL_GRID, LARGE_GRID = 16, 31
"""Goals of a side run from 0 to 15, above 4 expected goals to 30; what lies beyond is spread over the rest."""

_FACTORIAL = np.cumprod(np.maximum(np.arange(LARGE_GRID, dtype=np.float64), 1))


class RhoOutOfRangeError(ValueError):
    """ρ would make a scoreline's probability negative; `low` and `high` are the bounds for these rates."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__(f"rho must lie between {low:.6f} and {high:.6f} for these rates")
        self.low, self.high = low, high


class RateOutOfRangeError(ValueError):
    """A rate lies outside 0.05 to 6 goals."""


def rho_bounds(home_rate: npt.ArrayLike, away_rate: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return the valid range of ρ: max(-1/λ, -1/μ) to min(1/(λμ), 1)."""
    home, away = np.asarray(home_rate, dtype=np.float64), np.asarray(away_rate, dtype=np.float64)
    return -1 / np.maximum(home, away), np.minimum(1 / (home * away), 1.0)


def clipped_rho(home_rate: npt.ArrayLike, away_rate: npt.ArrayLike, rho: npt.ArrayLike) -> Floats:
    """Return the nearest valid ρ: for rates that we move ourselves, away from those that ρ was stated for."""
    low, high = rho_bounds(home_rate, away_rate)
    return np.clip(np.asarray(rho, dtype=np.float64), low, high)


def check_rates(home_rate: npt.ArrayLike, away_rate: npt.ArrayLike, rho: npt.ArrayLike) -> None:
    """Raise RateOutOfRangeError or RhoOutOfRangeError unless all of these make a grid; not a number fails too."""
    for rate in (home_rate, away_rate):
        values = np.asarray(rate, dtype=np.float64)
        if not ((values >= RATE_MIN) & (values <= RATE_MAX)).all():
            raise RateOutOfRangeError(f"a rate lies between {RATE_MIN} and {RATE_MAX} goals")
    low, high = rho_bounds(home_rate, away_rate)
    value = np.asarray(rho, dtype=np.float64)
    if not ((value >= low) & (value <= high)).all():
        raise RhoOutOfRangeError(float(np.max(low)), float(np.min(high)))


def grid_size(home_rate: npt.ArrayLike, away_rate: npt.ArrayLike) -> int:
    """Return 16, or 31 when any rate is above 4."""
    return LARGE_GRID if max(np.max(home_rate), np.max(away_rate)) > RATE_OF_A_SMALL_GRID_MAX else SMALL_GRID


def score_grid(
    home_rate: npt.ArrayLike, away_rate: npt.ArrayLike, rho: npt.ArrayLike, *, size: int | None = None
) -> Floats:
    """Return the probabilities of scorelines, shape (..., size, size), each grid adding up to 1.

    Raises RateOutOfRangeError and RhoOutOfRangeError.
    """
    check_rates(home_rate, away_rate, rho)
    home, away, dependence = _broadcast(home_rate, away_rate, rho)
    cells = size or grid_size(home, away)
    grid = poisson(home, cells)[..., :, None] * poisson(away, cells)[..., None, :]
    moved = _moved(home, away, dependence)
    grid[..., 0, 0] -= moved
    grid[..., 0, 1] += moved
    grid[..., 1, 0] += moved
    grid[..., 1, 1] -= moved
    np.maximum(grid, 0.0, out=grid)  # ρ at its bound leaves a cell at 0, or a rounding below it
    return np.asarray(grid / grid.sum(axis=(-2, -1), keepdims=True))


def rates_win_draw_loss(
    home_rate: npt.ArrayLike, away_rate: npt.ArrayLike, rho: npt.ArrayLike, *, size: int | None = None
) -> Floats:
    """Return home, draw, away of the grid without building it, shape (..., 3); nothing is checked.

    The same numbers as `win_draw_loss(score_grid(...))` to rounding, some ten times as fast.
    """
    home, away, dependence = _broadcast(home_rate, away_rate, rho)
    cells = size or grid_size(home, away)
    p, q = poisson(home, cells), poisson(away, cells)
    moved = _moved(home, away, dependence)
    below_home, below_away = np.cumsum(p, axis=-1), np.cumsum(q, axis=-1)
    outcomes = np.stack(
        (
            (p[..., 1:] * below_away[..., :-1]).sum(axis=-1) + moved,
            (p * q).sum(axis=-1) - 2 * moved,
            (q[..., 1:] * below_home[..., :-1]).sum(axis=-1) + moved,
        ),
        axis=-1,
    )
    return np.asarray(outcomes / outcomes.sum(axis=-1, keepdims=True))


def win_draw_loss(grid: Floats) -> Floats:
    """Return home, draw, away of grids of shape (..., n, n): shape (..., 3)."""
    draw = np.trace(grid, axis1=-2, axis2=-1)
    home = np.tril(grid, -1).sum(axis=(-2, -1))
    away = np.triu(grid, 1).sum(axis=(-2, -1))
    return np.stack((home, draw, away), axis=-1)


def reshape_to(grid: Floats, outcomes: Sequence[float] | Floats) -> Floats:
    """Multiply the three regions of one grid so that its outcomes are those given; all markets then agree with them.

    An outcome that the grid holds impossible must be given as impossible (else ValueError).
    """
    target = np.asarray(outcomes, dtype=np.float64)
    present = win_draw_loss(grid)
    if ((present <= 0) & (target > 0)).any():
        raise ValueError("an outcome of probability 0 cannot be raised by a factor")
    home, draw, away = (float(t / p) if p > 0 else 0.0 for t, p in zip(target, present, strict=True))
    factors = np.full(grid.shape, draw)
    factors[np.tril_indices(grid.shape[0], -1)] = home
    factors[np.triu_indices(grid.shape[0], 1)] = away
    return np.asarray(grid * factors)


def _broadcast(*values: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    first, second, third = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    return first, second, third


def poisson(rate: Floats, cells: int) -> Floats:
    """Return Poisson probabilities of 0 to cells - 1 goals along a new last axis; the tail beyond is left out."""
    powers = np.ones((*rate.shape, cells))
    powers[..., 1:] = rate[..., None]
    return np.asarray(np.exp(-rate)[..., None] * np.cumprod(powers, axis=-1) / _FACTORIAL[:cells])


def _moved(home: Floats, away: Floats, rho: Floats) -> Floats:
    return np.asarray(home * away * rho * np.exp(-home - away))
