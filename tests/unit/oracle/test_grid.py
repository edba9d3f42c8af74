"""The scoreline grid: the worked numbers of ORACLE 7.3, a brute-force twin, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.oracle.engine.grid import (
    RateOutOfRangeError,
    RhoOutOfRangeError,
    clipped_rho,
    rates_win_draw_loss,
    reshape_to,
    rho_bounds,
    score_grid,
    win_draw_loss,
)

RATES = st.floats(0.05, 6)
SHARES = st.floats(0, 1)


def rho_at(home: float, away: float, share: float) -> float:
    """Return a valid rho: 0 is the lower bound, 1 the upper."""
    low, high = rho_bounds(home, away)
    return min(float(low + share * (high - low)), float(high))


def by_hand(home: float, away: float, rho: float, cells: int) -> list[list[float]]:
    """Return the grid by the paper's tau function and factorials, scaled to add up to 1."""
    factor = {
        (0, 0): 1 - home * away * rho, (0, 1): 1 + home * rho, (1, 0): 1 + away * rho, (1, 1): 1 - rho,
    }  # fmt: skip
    poisson = [
        [math.exp(-rate) * rate**k / math.factorial(k) for k in range(cells)] for rate in (home, away)
    ]  # fmt: skip
    grid = [[factor.get((i, j), 1) * poisson[0][i] * poisson[1][j] for j in range(cells)] for i in range(cells)]
    total = math.fsum(p for row in grid for p in row)
    return [[p / total for p in row] for row in grid]


def test_the_worked_grid() -> None:
    grid = score_grid(1.6, 1.1, -0.08)
    assert grid.shape == (16, 16)
    assert win_draw_loss(grid) == pytest.approx((0.48011100, 0.26783605, 0.25205295), abs=5e-9)
    cells = (grid[0, 0], grid[1, 1], grid[1, 0], grid[2, 1])
    assert cells == pytest.approx((0.076668049, 0.127744239, 0.098066284, 0.094625362), abs=1e-9)


def test_the_tail_beyond_fifteen_goals_is_as_small_as_stated() -> None:
    kept = [math.fsum(math.exp(-rate) * rate**k / math.factorial(k) for k in range(16)) for rate in (1.6, 1.1)]
    assert 1 - kept[0] * kept[1] == pytest.approx(2.0e-11, abs=0.1e-11)


@given(RATES, RATES, SHARES)
def test_the_grid_is_the_papers(home: float, away: float, share: float) -> None:
    rho = rho_at(home, away, share)
    grid = score_grid(home, away, rho)
    assert grid.shape[0] == (31 if max(home, away) > 4 else 16)
    assert grid == pytest.approx(np.array(by_hand(home, away, rho, grid.shape[0])), abs=1e-14)
    assert (grid >= 0).all()
    assert grid.sum() == pytest.approx(1, abs=1e-12)


@given(RATES, RATES, SHARES)
def test_outcomes_without_a_grid_are_those_of_the_grid(home: float, away: float, share: float) -> None:
    rho = rho_at(home, away, share)
    assert rates_win_draw_loss(home, away, rho) == pytest.approx(
        win_draw_loss(score_grid(home, away, rho)), abs=1e-13
    )  # fmt: skip


@given(RATES, RATES, SHARES)
def test_sides_that_change_places_change_the_grids_sides(home: float, away: float, share: float) -> None:
    rho = rho_at(home, away, share)
    turned = score_grid(away, home, rho).T
    assert turned == pytest.approx(score_grid(home, away, rho), abs=1e-15)


def test_many_fixtures_at_once_are_the_same_as_one_by_one() -> None:
    home, away, rho = np.array([0.7, 1.6, 3.2]), np.array([1.1, 0.4, 2.0]), np.array([-0.1, 0.02, 0.0])
    together = score_grid(home, away, rho)
    for index in range(3):
        assert (together[index] == score_grid(home[index], away[index], rho[index])).all()
    assert win_draw_loss(together) == pytest.approx(rates_win_draw_loss(home, away, rho), abs=1e-14)
    assert score_grid(home[:, None], away, -0.05).shape == (3, 3, 16, 16)


@pytest.mark.parametrize(("home", "away"), [(1.6, 1.1), (0.5, 3.0), (6, 6)])
def test_rho_is_refused_just_beyond_its_bounds(home: float, away: float) -> None:
    low, high = rho_bounds(home, away)
    assert float(low) == max(-1 / home, -1 / away)
    assert float(high) == min(1 / (home * away), 1)
    for valid in (low, high):
        assert (score_grid(home, away, valid) >= 0).all()
    for invalid in (float(low) - 1e-6, float(high) + 1e-6, math.nan):
        with pytest.raises(RhoOutOfRangeError) as refused:
            score_grid(home, away, invalid)
        assert (refused.value.low, refused.value.high) == (float(low), float(high))


@pytest.mark.parametrize("rate", [0.049, 6.001, math.nan, math.inf, -1.0])
def test_a_rate_out_of_range_is_refused(rate: float) -> None:
    for pair in ((rate, 1.0), (1.0, rate)):
        with pytest.raises(RateOutOfRangeError):
            score_grid(*pair, 0.0)


def test_a_rho_is_brought_back_into_range_and_left_alone_within_it() -> None:
    assert clipped_rho(2.0, 2.0, [-0.9, -0.05, 0.9]).tolist() == [-0.5, -0.05, 0.25]


@given(RATES, RATES, st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
def test_a_reshaped_grid_has_the_outcomes_asked_for_and_keeps_ratios_within_each(
    home: float, away: float, weights: list[float]
) -> None:
    target = np.array(weights) / math.fsum(weights)
    grid = score_grid(home, away, 0.0)
    reshaped = reshape_to(grid, target)
    assert win_draw_loss(reshaped) == pytest.approx(target, abs=1e-12)
    assert reshaped[1, 0] * grid[2, 1] == pytest.approx(reshaped[2, 1] * grid[1, 0], rel=1e-9)
    assert reshaped[0, 0] * grid[1, 1] == pytest.approx(reshaped[1, 1] * grid[0, 0], rel=1e-9)


def test_an_impossible_outcome_cannot_be_raised() -> None:
    grid = np.zeros((16, 16))
    grid[1, 0] = 1.0
    assert reshape_to(grid, (1, 0, 0))[1, 0] == 1.0
    with pytest.raises(ValueError, match="probability 0"):
        reshape_to(grid, (0.5, 0.5, 0))
