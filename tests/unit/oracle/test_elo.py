"""Elo in closed form: the worked numbers of ORACLE 7.1, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auspex.oracle.engine.elo import (
    SCENARIOS,
    control_quantiles,
    control_spread,
    scenario,
    win_draw_loss,
)
from auspex.oracle.model import ELO_SCALE, ELO_ZONE

SCALE, ZONE = ELO_SCALE, ELO_ZONE
DIFFERENCES = st.floats(-3_300, 3_300)


def test_the_constants_are_those_of_the_specification() -> None:
    assert pytest.approx(173.7178, abs=5e-5) == SCALE
    assert pytest.approx(88.7395, abs=5e-5) == ZONE


@pytest.mark.parametrize(
    ("home", "away", "advantage", "expected"),
    [
        (1500, 1500, 0, (0.375, 0.25, 0.375)),
        (1500, 1500, 100, (0.516199, 0.231517, 0.252283)),
        (2100, 2050, 100, (0.587259, 0.210815, 0.201927)),
        (1400, 1700, 100, (0.159478, 0.185663, 0.654859)),
    ],
)
def test_worked_ratings_give_the_worked_probabilities(
    home: float, away: float, advantage: float, expected: tuple[float, ...]
) -> None:
    assert win_draw_loss(home + advantage - away, scale=SCALE, zone=ZONE) == pytest.approx(expected, abs=6e-7)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conservative", (0.663627, 0.206333, 0.130040)),
        ("base", (0.587259, 0.210815, 0.201927)),
        ("aggressive", (0.545640, 0.200687, 0.253673)),
    ],
)
def test_worked_scenarios(name: str, expected: tuple[float, ...]) -> None:
    scale, zone = scenario(name, scale=SCALE, zone=ZONE)
    assert win_draw_loss(150, scale=scale, zone=zone) == pytest.approx(expected, abs=6e-7)


def test_worked_percentiles_of_the_control_value() -> None:
    spread = control_spread(150, scale=SCALE, levels=(0.05, 0.25, 0.5, 0.75, 0.95))
    assert spread.percentiles == pytest.approx((0.110960, 0.441484, 0.703385, 0.876758, 0.978287), abs=6e-7)


def test_between_equal_sides_the_control_value_is_uniform() -> None:
    spread = control_spread(0, scale=SCALE, levels=(0.1, 0.9))
    assert spread.histogram == pytest.approx([0.05] * 20, abs=1e-12)
    assert spread.percentiles == pytest.approx((0.1, 0.9))
    moments = (spread.mean, spread.sd, spread.skew, spread.excess_kurtosis)
    assert moments == pytest.approx((0.5, math.sqrt(1 / 12), 0, -1.2), abs=1e-5)


@settings(max_examples=25)
@given(st.floats(-1_200, 1_200), st.floats(100, 300))
def test_moments_agree_with_integrals_of_the_density(difference: float, scale: float) -> None:
    spread = control_spread(difference, scale=scale, levels=(0.5,))
    # A second quadrature, far finer: 20,001 points of the logistic density.
    x = np.linspace(-60, 60, 20_001)
    weights = 1 / (np.exp(x / 2) + np.exp(-x / 2)) ** 2
    weights /= weights.sum()
    y = 1 / (1 + np.exp(-(x * scale + difference) / SCALE))
    mean = float(weights @ y)
    sd = math.sqrt(float(weights @ (y - mean) ** 2))
    moments = (mean, sd, float(weights @ (y - mean) ** 3) / sd**3, float(weights @ (y - mean) ** 4) / sd**4 - 3)
    found = (spread.mean, spread.sd, spread.skew, spread.excess_kurtosis)
    assert found == pytest.approx(moments, rel=1e-5, abs=1e-9)


def test_moments_agree_with_equally_likely_quantiles() -> None:
    """The plain mean over 1,001 midpoint quantiles, as the specification words it."""
    values = control_quantiles(150, (np.arange(1_001) + 0.5) / 1_001, scale=SCALE)
    spread = control_spread(150, scale=SCALE, levels=(0.5,))
    assert (spread.mean, spread.sd) == pytest.approx((values.mean(), values.std()), abs=1e-6)


@given(DIFFERENCES, st.sampled_from(sorted(SCENARIOS)))
def test_probabilities_add_up_and_sides_mirror_each_other(difference: float, name: str) -> None:
    scale, zone = scenario(name, scale=SCALE, zone=ZONE)
    here = win_draw_loss(difference, scale=scale, zone=zone)
    assert (here >= 0).all()
    assert here.sum() == pytest.approx(1, abs=1e-12)
    assert win_draw_loss(-difference, scale=scale, zone=zone) == pytest.approx(here[::-1], abs=1e-12)


@given(DIFFERENCES, st.floats(0.01, 100))
def test_a_stronger_home_side_wins_more_and_loses_less(difference: float, gain: float) -> None:
    weaker, stronger = win_draw_loss([difference, difference + gain], scale=SCALE, zone=ZONE)
    assert stronger[0] >= weaker[0]
    assert stronger[2] <= weaker[2]


@given(DIFFERENCES)
def test_a_sport_without_draws_has_exactly_none(difference: float) -> None:
    home, draw, away = win_draw_loss(difference, scale=SCALE, zone=0.0)
    assert draw == 0.0
    assert home + away == pytest.approx(1, abs=1e-15)


@given(DIFFERENCES, st.lists(st.floats(1e-6, 1 - 1e-6), min_size=2, max_size=9))
def test_quantiles_do_not_cross_and_bins_add_up(difference: float, levels: list[float]) -> None:
    spread = control_spread(difference, scale=SCALE, levels=sorted(levels))
    assert list(spread.percentiles) == sorted(spread.percentiles)
    assert sum(spread.histogram) == pytest.approx(1, abs=1e-12)
    assert min(spread.histogram) >= 0


def test_the_histogram_counts_what_the_quantiles_say() -> None:
    values = control_quantiles(150, (np.arange(100_000) + 0.5) / 100_000, scale=150)
    counted = np.histogram(values, bins=20, range=(0, 1))[0] / values.size
    assert control_spread(150, scale=150, levels=(0.5,)).histogram == pytest.approx(counted, abs=2e-5)


def test_what_is_no_level_or_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        control_quantiles(0, [0.0], scale=SCALE)
    with pytest.raises(ValueError, match="scale"):
        win_draw_loss(0, scale=0, zone=ZONE)
