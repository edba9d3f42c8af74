"""Scores of many forecasts: the worked numbers, agreement with the scorebook's, and honest intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.forecasts import planted_forecasts

from auspex.oracle.engine import scores
from auspex.platform.scorebook import proper_scores

WORKED = np.array([[0.480111000, 0.267836050, 0.252052950]] * 3)
EACH = np.array([0, 1, 2])


def test_the_worked_scores() -> None:
    np.testing.assert_allclose(scores.ranked_probability(WORKED, EACH), [0.166908, 0.147019, 0.394966], atol=5e-7)
    np.testing.assert_allclose(scores.brier(WORKED, EACH), [0.405551, 0.830101, 0.861667], atol=5e-7)
    np.testing.assert_allclose(scores.logarithmic(WORKED, EACH), [0.733738, 1.317380, 1.378116], atol=5e-7)


@given(st.lists(st.floats(0.001, 1), min_size=3, max_size=3), st.integers(0, 2))
def test_they_are_the_scorebooks_own(weights: list[float], outcome: int) -> None:
    p = np.array([weights]) / sum(weights)
    given_to, happened = p[0].tolist(), np.array([outcome])
    assert scores.ranked_probability(p, happened)[0] == pytest.approx(proper_scores.rps(given_to, outcome), abs=1e-12)
    assert scores.brier(p, happened)[0] == pytest.approx(proper_scores.brier(given_to, outcome), abs=1e-12)
    assert scores.logarithmic(p, happened)[0] == pytest.approx(proper_scores.log_loss(given_to, outcome), abs=1e-12)


def test_the_impossible_that_happened_stays_finite() -> None:
    assert scores.logarithmic(np.array([[1.0, 0.0, 0.0]]), np.array([1]))[0] == pytest.approx(34.5388, abs=1e-4)


def test_wilsons_interval() -> None:
    """The numbers are those of Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263 and 0 of 20."""
    assert scores.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert scores.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert scores.wilson(20, 20)[1] == 1.0
    assert scores.wilson(0, 0) == (0.0, 1.0)


def test_honest_forecasts_are_reliable_and_bins_hold_everything() -> None:
    p, outcomes = planted_forecasts(6000, seed=1)
    bins = scores.reliability(p, outcomes)
    assert sum(entry.n for entry in bins) == 3 * 6000
    assert scores.expected_calibration_error(bins) < 0.012
    assert sum(entry.observed_low <= entry.mean_forecast <= entry.observed_high for entry in bins) >= len(bins) - 1
    assert all(entry.low <= entry.mean_forecast <= entry.high for entry in bins)


def test_timid_forecasts_are_not() -> None:
    p, outcomes = planted_forecasts(6000, seed=1)
    assert scores.expected_calibration_error(scores.reliability((p + 1 / 3) / 2, outcomes)) > 0.05


def test_a_certain_forecast_falls_into_the_last_bin() -> None:
    (low, high) = scores.reliability(np.array([[1.0, 0.0, 0.0]]), np.array([0]))
    assert (low.n, high.n, high.high, high.observed) == (2, 1, 1.0, 1.0)


def test_bootstrap_intervals_cover_the_mean() -> None:
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(100):
        weeks = np.repeat(np.arange(40), 5)
        values = generator.normal(0, 1, 40)[weeks] + generator.normal(0, 1, 200)
        low, high = scores.mean_interval(values, weeks)
        covered += low <= 0 <= high
    assert 86 <= covered <= 99


def test_weeks_are_drawn_whole() -> None:
    """Matches of a week that err together say as much as one match."""
    weeks = np.repeat(np.arange(30), 10)
    values = np.random.default_rng(1).normal(0, 1, 30)[weeks]
    low, high = scores.mean_interval(values, weeks)
    alone_low, alone_high = scores.mean_interval(values, np.arange(300))
    assert high - low > 2.5 * (alone_high - alone_low)


def test_weeks_count_by_their_matches() -> None:
    weeks = np.repeat(np.arange(20), np.arange(1, 21))
    assert scores.mean_interval(np.ones(len(weeks)), weeks) == pytest.approx((1.0, 1.0))


def test_the_same_seed_gives_the_same_interval_and_skill_has_one() -> None:
    p, outcomes = planted_forecasts(2000, seed=3)
    ours = scores.ranked_probability(p, outcomes)
    flat = scores.ranked_probability(np.full_like(p, 1 / 3), outcomes)
    weeks = np.arange(2000) // 10
    skill, low, high = scores.skill_interval(ours, flat, weeks)
    assert scores.skill_interval(ours, flat, weeks) == (skill, low, high)
    assert 0 < low < skill < high
    assert skill == pytest.approx(1 - ours.mean() / flat.mean())
