"""Draws from whole tables by inversion: what engines' own draws are held against, and the worked scorelines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.draws import TABLE_STEPS, Floats

Integers = npt.NDArray[np.int64]


def cumulative_table(probabilities: npt.ArrayLike) -> Floats:
    """Return the rounded distribution function of probabilities, flattened in rows' order; it ends at exactly 1.

    Raises ValueError for what is negative or does not add up to 1 within 1e-9.
    """
    p = np.asarray(probabilities, dtype=np.float64).ravel()
    if not (p >= 0).all() or not abs(p.sum() - 1) <= 1e-9:
        raise ValueError("no probabilities")
    table = np.minimum(np.rint(np.cumsum(p) * TABLE_STEPS) / TABLE_STEPS, 1.0)
    # Behind the last possible outcome nothing can be drawn, even where rounding left the sum short of 1.
    table[int(np.flatnonzero(p > 0)[-1]) :] = 1.0
    return np.asarray(table)


def invert(table: Floats, uniform: Floats) -> Integers:
    """Return the index that each uniform falls on: the first whose cumulated probability exceeds it."""
    return np.asarray(np.searchsorted(table, uniform, side="right"), dtype=np.int64)


def draw_scorelines(grid: Floats, uniform: Floats) -> tuple[Integers, Integers]:
    """Draw scorelines (home goals, away goals) of one grid, one per uniform, in rows' order of the grid."""
    cells = invert(cumulative_table(grid), uniform)
    home, away = np.divmod(cells, grid.shape[1])
    return np.asarray(home), np.asarray(away)
