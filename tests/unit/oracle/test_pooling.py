"""Blend, temper and log pool: worked by hand, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.oracle.engine.pooling import blend, log_pool, temper

FORECASTS = st.lists(st.floats(0.001, 1), min_size=3, max_size=3).map(
    lambda weights: np.array(weights) / math.fsum(weights)
)
WEIGHTS = st.floats(0, 1)


def test_worked_by_hand() -> None:
    assert blend((0.5, 0.3, 0.2), (0.2, 0.3, 0.5), weight=0.7) == pytest.approx((0.41, 0.3, 0.29))
    assert temper((0.5, 0.25, 0.25), tau=2) == pytest.approx((2 / 3, 1 / 6, 1 / 6))
    assert log_pool((0.5, 0.25, 0.25), (0.125, 0.125, 0.75), weight=0.5) == pytest.approx(
        np.array([0.25, math.sqrt(1 / 32), math.sqrt(3 / 16)]) / (0.25 + math.sqrt(1 / 32) + math.sqrt(3 / 16))
    )


@given(FORECASTS, FORECASTS, WEIGHTS)
def test_every_pool_adds_up_and_lies_between_its_sources(first: np.ndarray, second: np.ndarray, weight: float) -> None:
    mixed = blend(first, second, weight=weight)
    assert mixed.sum() == pytest.approx(1, abs=1e-12)
    assert (mixed >= np.minimum(first, second) - 1e-12).all()
    assert (mixed <= np.maximum(first, second) + 1e-12).all()
    assert log_pool(first, second, weight=weight).sum() == pytest.approx(1, abs=1e-12)


@given(FORECASTS, FORECASTS)
def test_the_ends_of_a_weight_are_the_sources(first: np.ndarray, second: np.ndarray) -> None:
    for pool in (blend, log_pool):
        assert pool(first, second, weight=1) == pytest.approx(first, abs=1e-12)
        assert pool(first, second, weight=0) == pytest.approx(second, abs=1e-12)


@given(FORECASTS, FORECASTS, WEIGHTS)
def test_a_log_pool_weighs_log_odds(first: np.ndarray, second: np.ndarray, weight: float) -> None:
    pooled = log_pool(first, second, weight=weight)
    expected = weight * np.log(first[0] / first[2]) + (1 - weight) * np.log(second[0] / second[2])
    assert np.log(pooled[0] / pooled[2]) == pytest.approx(expected, abs=1e-9)


@given(FORECASTS, st.floats(0.5, 2))
def test_a_temper_multiplies_log_odds_and_undoes_itself(forecast: np.ndarray, tau: float) -> None:
    sharper = temper(forecast, tau=tau)
    assert np.log(sharper[0] / sharper[2]) == pytest.approx(tau * np.log(forecast[0] / forecast[2]), abs=1e-9)
    assert temper(sharper, tau=1 / tau) == pytest.approx(forecast, abs=1e-9)


def test_many_forecasts_and_many_taus_at_once() -> None:
    forecasts = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]])
    together = temper(forecasts, tau=np.array([[0.9], [1.1]]))
    assert together.shape == (2, 2, 3)
    assert together[1, 0] == pytest.approx(temper(forecasts[0], tau=1.1))


def test_a_sport_without_draws_stays_without() -> None:
    two_way = (0.7, 0.0, 0.3)
    assert blend(two_way, (0.6, 0.0, 0.4), weight=0.4)[1] == 0.0
    assert temper(two_way, tau=1.07)[1] == 0.0
    for weight in (0.0, 0.95, 1.0):
        assert log_pool(two_way, (0.6, 0.0, 0.4), weight=weight)[1] == 0.0


def test_what_cannot_be_pooled_is_refused() -> None:
    with pytest.raises(ValueError, match="weight"):
        blend((1, 0, 0), (0, 1, 0), weight=1.1)
    with pytest.raises(ValueError, match="possible to both"):
        log_pool((1, 0, 0), (0, 1, 0), weight=0.5)
    with pytest.raises(ValueError, match="tau"):
        temper((0.5, 0.5, 0), tau=0)
