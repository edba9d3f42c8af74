"""From probabilities back to goal rates: the worked numbers of ORACLE 7.5, and the way there and back."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auspex.oracle.engine.grid import rates_win_draw_loss, rho_bounds, score_grid
from auspex.oracle.engine.margins import remove_margin
from auspex.oracle.engine.rates import (
    RESIDUAL_MAX,
    OddsNotRepresentableError,
    rates_from_outcomes,
    rates_from_outcomes_and_total,
)

RATES = st.floats(0.3, 3.9)
RHOS = st.floats(-0.15, 0.05)


def over_2_5(home: float, away: float, rho: float) -> float:
    grid = score_grid(home, away, rho)
    return float(1 - sum(grid[i, j] for i in range(3) for j in range(3 - i)))


def test_the_worked_grids_outcomes_give_its_rates() -> None:
    found = rates_from_outcomes(0.480111, 0.25205295, rho=-0.08)
    assert (found.home, found.away) == pytest.approx((1.6, 1.1), abs=5e-5)


def test_the_worked_odds_give_the_worked_rates() -> None:
    home, _, away = remove_margin((1.80, 3.60, 4.75))
    found = rates_from_outcomes(float(home), float(away), rho=-0.05)
    assert (found.home, found.away) == pytest.approx((1.59627, 0.86104), abs=1e-5)


@given(RATES, RATES, RHOS)
def test_there_and_back_with_rho_known(home: float, away: float, rho: float) -> None:
    low, high = rho_bounds(home, away)
    assume(low <= rho <= high)
    outcomes = rates_win_draw_loss(home, away, rho)
    found = rates_from_outcomes(float(outcomes[0]), float(outcomes[2]), rho=rho)
    assert found.residual < RESIDUAL_MAX
    back = rates_win_draw_loss(found.home, found.away, rho)
    assert back == pytest.approx(outcomes, abs=1e-9)


@given(st.floats(0.5, 3), st.floats(0.5, 3), st.floats(-0.12, 0.04))
def test_there_and_back_with_rho_from_the_total(home: float, away: float, rho: float) -> None:
    outcomes = rates_win_draw_loss(home, away, rho)
    over = over_2_5(home, away, rho)
    found = rates_from_outcomes_and_total(float(outcomes[0]), float(outcomes[2]), over, rho_start=-0.05)
    assert found.residual < RESIDUAL_MAX
    assert (found.home, found.away, found.rho) == pytest.approx((home, away, rho), abs=1e-5)
    assert over_2_5(found.home, found.away, found.rho) == pytest.approx(over, abs=1e-9)


@given(st.floats(0.1, 5.8), st.floats(0.1, 5.8))
def test_every_pair_of_rates_is_found_again(home: float, away: float) -> None:
    outcomes = rates_win_draw_loss(home, away, -0.05)
    found = rates_from_outcomes(float(outcomes[0]), float(outcomes[2]), rho=-0.05)
    assert found.residual < RESIDUAL_MAX


def test_the_most_uneven_odds_of_real_seasons_have_rates() -> None:
    home, _, away = remove_margin((1.02, 17.0, 34.0))
    found = rates_from_outcomes(float(home), float(away), rho=-0.05)
    assert (found.home, found.away) == pytest.approx((5.810901, 0.764362), abs=1e-6)


def test_rates_above_four_are_found_on_the_large_grid() -> None:
    outcomes = rates_win_draw_loss(5.2, 1.0, -0.05)
    found = rates_from_outcomes(float(outcomes[0]), float(outcomes[2]), rho=-0.05)
    assert (found.home, found.away) == pytest.approx((5.2, 1.0), abs=1e-6)


@pytest.mark.parametrize(("home", "away"), [(0.4, 0.59), (0.999, 0.0005), (0.5, 0.5), (0.0, 0.5), (0.7, 0.6)])
def test_probabilities_without_rates_are_refused(home: float, away: float) -> None:
    with pytest.raises(OddsNotRepresentableError):
        rates_from_outcomes(home, away, rho=-0.05)


def test_a_total_that_no_valid_rho_reaches_is_refused() -> None:
    with pytest.raises(OddsNotRepresentableError):
        rates_from_outcomes_and_total(0.45, 0.30, 0.999, rho_start=-0.05)
