"""Figures from sums per day: intervals, skill, reliability."""

from __future__ import annotations

import math

import numpy as np
import pytest

from auspex.core.limits import BOOTSTRAP_DAYS_MIN, BOOTSTRAP_RESAMPLES
from auspex.platform.scorebook.figures import (
    estimate_mean,
    estimate_skill,
    expected_calibration_error,
    reliability_bin,
    resampling_weights,
    wilson_interval,
)


def test_a_mean_is_over_predictions_not_over_days() -> None:
    assert estimate_mean([1, 3], [4.0, 0.0]).value == 1.0


def test_few_days_have_no_interval() -> None:
    short = estimate_mean([1] * (BOOTSTRAP_DAYS_MIN - 1), [1.0] * (BOOTSTRAP_DAYS_MIN - 1))
    assert (short.low, short.high) == (None, None)
    long = estimate_mean([1] * BOOTSTRAP_DAYS_MIN, [float(day) for day in range(BOOTSTRAP_DAYS_MIN)])
    assert long.low is not None
    assert long.high is not None
    assert long.low < long.value < long.high


def test_every_resample_draws_as_many_days_as_there_are() -> None:
    weights = resampling_weights(37)
    assert weights.shape == (BOOTSTRAP_RESAMPLES, 37)
    assert set(weights.sum(axis=1)) == {37.0}
    assert weights.mean() == pytest.approx(1)


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    counts, totals = [2] * 40, [math.exp(day / 40) for day in range(40)]
    assert estimate_mean(counts, totals) == estimate_mean(counts, totals)
    assert estimate_mean(counts, totals).low != estimate_mean(counts, totals, seed=1).low


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(7)
    held = 0
    for trial in range(300):
        counts = generator.integers(1, 6, size=60)
        weather = generator.normal(0, 1, size=60)  # what the predictions of one day share
        totals = [float(np.sum(1 + w + generator.normal(0, 0.5, size=n))) for w, n in zip(weather, counts, strict=True)]
        found = estimate_mean([int(n) for n in counts], totals, seed=trial)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 1 <= found.high
    assert 0.90 <= held / 300 <= 0.98


def test_the_interval_is_as_wide_as_the_normal_one_of_the_same_days() -> None:
    totals = np.random.default_rng(3).normal(5, 2, size=400)
    found = estimate_mean([1] * 400, totals.tolist())
    assert found.low is not None
    assert found.high is not None
    expected = 2 * 1.96 * totals.std() / math.sqrt(400)
    assert found.high - found.low == pytest.approx(expected, rel=0.1)


def test_skill_is_one_less_the_ratio_and_its_interval_is_the_right_way_round() -> None:
    own, baseline = [0.1, 0.3] * 20, [0.4, 0.4] * 20
    skill = estimate_skill(own, baseline)
    assert skill is not None
    assert skill.low is not None
    assert skill.high is not None
    assert skill.value == pytest.approx(0.5)
    assert skill.low < 0.5 < skill.high
    assert estimate_skill([0.1], [0.0]) is None


@pytest.mark.parametrize(
    ("successes", "n", "expected"),
    [(0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662))],
)
def test_wilson_intervals_are_those_of_the_literature(successes: int, n: int, expected: tuple[float, float]) -> None:
    assert wilson_interval(successes, n) == pytest.approx(expected, abs=1e-4)  # Newcombe (1998) has 81 of 263


def test_the_calibration_error_weighs_bins_by_their_forecasts() -> None:
    bins = [
        reliability_bin(1, n=30, forecast_total=4.5, observed_total=6),
        reliability_bin(9, n=10, forecast_total=9.5, observed_total=9.5),
    ]
    assert (bins[0].low, bins[0].high, bins[0].mean_forecast, bins[0].observed) == (0.1, 0.2, 0.15, 0.2)
    assert expected_calibration_error(bins) == pytest.approx(0.75 * 0.05)
