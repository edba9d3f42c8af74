"""Margin removal: the worked odds of ORACLE 7.5, defining equations, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.oracle.engine.margins import METHODS, OddsBelowOneError, OddsInvalidError, margin, remove_margin

WORKED = (1.80, 3.60, 4.75)
MARKETS = st.lists(st.floats(0.01, 1), min_size=2, max_size=12).map(
    lambda weights: [weight / math.fsum(weights) for weight in weights]
)
MARGINS = st.floats(0.0, 0.2)


def priced(fair: list[float], overround: float) -> list[float]:
    """Return odds of fair probabilities with a margin laid on in proportion; capped below 1."""
    return [1 / min(p * (1 + overround), 0.999) for p in fair]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("power", (0.541205, 0.262379, 0.196416)),
        ("shin", (0.538702, 0.263893, 0.197406)),
        ("goto", (0.543398, 0.262280, 0.194323)),
        ("proportional", (0.532213, 0.266106, 0.201681)),
    ],
)
def test_worked_odds(method: str, expected: tuple[float, ...]) -> None:
    assert remove_margin(WORKED, method=method) == pytest.approx(expected, abs=6e-7)


def test_the_worked_margin() -> None:
    assert margin(WORKED) == pytest.approx(0.0438596, abs=5e-8)


@pytest.mark.parametrize("method", METHODS)
@given(fair=MARKETS, overround=MARGINS)
def test_probabilities_add_up_and_keep_the_order_of_the_odds(method: str, fair: list[float], overround: float) -> None:
    odds = np.array(priced(fair, overround))
    found = remove_margin(odds, method=method, allow_negative_margin=True)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert (found > 0).all()
    ordered = found[np.argsort(odds, kind="stable")]
    assert (np.diff(ordered) <= 1e-12).all()


@pytest.mark.parametrize("method", METHODS)
@given(fair=MARKETS)
def test_without_a_margin_nothing_is_removed(method: str, fair: list[float]) -> None:
    found = remove_margin([1 / p for p in fair], method=method, allow_negative_margin=True)
    assert found == pytest.approx(fair, abs=1e-9)


@given(fair=MARKETS, overround=MARGINS)
def test_power_is_one_power_of_every_inverse_price(fair: list[float], overround: float) -> None:
    odds = np.array(priced(fair, overround))
    exponents = np.log(remove_margin(odds, allow_negative_margin=True)) / np.log(1 / odds)
    assert exponents == pytest.approx(np.full(odds.size, exponents[0]), rel=1e-9)


@given(fair=MARKETS, overround=MARGINS)
def test_shins_probabilities_imply_the_prices_that_they_came_from(fair: list[float], overround: float) -> None:
    """The prices of Shin's model with a share z of insiders are √(zp + (1-z)p²) times √B."""
    odds = np.array(priced(fair, overround))
    q = 1 / odds
    p = remove_margin(odds, method="shin", allow_negative_margin=True)
    # One z from two outcomes, then all prices from it.
    squares = q * q / q.sum()
    i, j = int(np.argmax(p)), int(np.argmin(p))
    for k in {i, j}:
        if abs(p[k] - p[k] ** 2) < 1e-9:
            return
    z = (squares[i] - p[i] ** 2) / (p[i] - p[i] ** 2)
    assert z * p + (1 - z) * p**2 == pytest.approx(squares, rel=1e-6, abs=1e-9)


def test_a_favourite_gains_and_a_long_shot_loses_against_proportional() -> None:
    plain = remove_margin(WORKED, method="proportional")
    for method in ("power", "shin", "goto"):
        found = remove_margin(WORKED, method=method)
        assert found[0] > plain[0]
        assert found[2] < plain[2]


def test_goto_leaves_a_long_shot_something() -> None:
    found = remove_margin([1.01, 60.0, 900.0, 1000.0], method="goto")
    assert (found > 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_odds_that_cost_less_than_one_need_leave(method: str) -> None:
    generous = [2.1, 4.0, 4.5]
    assert margin(generous) < 0
    with pytest.raises(OddsBelowOneError):
        remove_margin(generous, method=method)
    allowed = remove_margin(generous, method=method, allow_negative_margin=True)
    assert allowed.sum() == pytest.approx(1, abs=1e-12)
    assert (allowed > 0).all()


@pytest.mark.parametrize("odds", [[1.5], [], [1.0, 3.0], [math.nan, 3.0], [math.inf, 2.0], [-2.0, 3.0]])
def test_what_is_no_market_is_refused(odds: list[float]) -> None:
    with pytest.raises(OddsInvalidError):
        remove_margin(odds)
