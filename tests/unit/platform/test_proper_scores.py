"""Proper scores against worked examples, closed forms, and the laws that make them proper."""

from __future__ import annotations

import itertools
import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.platform.scorebook.proper_scores import (
    LOG_FLOOR,
    binary_brier,
    brier,
    covers,
    crps_from_quantiles,
    crps_from_sample,
    log_loss,
    pinball,
    probability_integral_transform,
    rps,
    weighted_interval_score,
)

GRID = (0.480111000, 0.267836050, 0.252052950)
"""The specification's worked grid (ORACLE 7.3): home, draw, away."""
HUB_LEVELS = (0.01, 0.025, *(step / 100 for step in range(5, 100, 5)), 0.975, 0.99)
UNIFORM = tuple(200 * level for level in HUB_LEVELS)
CHANCES = st.lists(st.floats(0.001, 1), min_size=2, max_size=6)
VALUES = st.floats(-1_000, 1_000)


def normalised(weights: list[float]) -> list[float]:
    return [weight / math.fsum(weights) for weight in weights]


class TestProbabilities:
    @pytest.mark.parametrize(
        ("outcome", "expected"),
        [
            (0, (0.166908, 0.405551, 0.733738)),
            (1, (0.147019, 0.830101, 1.317380)),
            (2, (0.394966, 0.861667, 1.378116)),
        ],
    )
    def test_of_a_match_score_as_in_the_specification(self, outcome: int, expected: tuple[float, ...]) -> None:
        scores = (rps(GRID, outcome), brier(GRID, outcome), log_loss(GRID, outcome))
        assert scores == pytest.approx(expected, abs=1e-6)

    def test_of_an_event_score_half_of_the_two_sided_brier(self) -> None:
        assert binary_brier(0.3, happened=True) == pytest.approx(0.49)
        assert brier([0.3, 0.7], 0) == pytest.approx(2 * 0.49)

    def test_of_zero_score_no_more_than_the_floor(self) -> None:
        assert log_loss([0.0, 1.0], 0) == -math.log(LOG_FLOOR)
        assert log_loss([0.0, 1.0], 1) == 0

    def test_rank_what_is_nearer_as_better(self) -> None:
        near, far = rps([0.0, 1.0, 0.0], 0), rps([0.0, 0.0, 1.0], 0)
        assert (near, far) == (0.5, 1.0)

    @pytest.mark.parametrize("score", [rps, brier, log_loss])
    @given(truth=CHANCES, said=CHANCES)
    def test_cannot_be_improved_by_saying_something_else_than_one_believes(
        self, score: object, truth: list[float], said: list[float]
    ) -> None:
        assert callable(score)
        size = min(len(truth), len(said))
        believed, other = normalised(truth[:size]), normalised(said[:size])

        def expected(forecast: list[float]) -> float:
            return math.fsum(p * score(forecast, outcome) for outcome, p in enumerate(believed))

        assert expected(believed) <= expected(other) + 1e-9

    @pytest.mark.parametrize(
        "wrong", [[0.5, 0.6], [1.5, -0.5], [math.nan, 0.5], [1.0]], ids=["sum", "range", "nan", "one outcome"]
    )
    def test_that_are_none_are_refused(self, wrong: list[float]) -> None:
        for score in (rps, brier, log_loss):
            with pytest.raises(ValueError, match=r"prob|outcome"):
                score(wrong, 0)
        with pytest.raises(ValueError, match=r"outcome"):
            rps([0.5, 0.5], 2)


class TestQuantiles:
    @pytest.mark.parametrize(("value", "expected"), [(100, 14.9313), (130, 18.8443), (250, 109.0183)])
    def test_score_as_in_the_specification(self, value: float, expected: float) -> None:
        assert weighted_interval_score(HUB_LEVELS, UNIFORM, value).wis == pytest.approx(expected, abs=1e-4)

    @given(st.lists(VALUES, min_size=23, max_size=23), VALUES)
    def test_have_parts_that_add_up_and_equal_twice_the_mean_pinball_loss(
        self, drawn: list[float], value: float
    ) -> None:
        quantiles = sorted(drawn)
        score = weighted_interval_score(HUB_LEVELS, quantiles, value)
        assert score.wis == pytest.approx(score.dispersion + score.overprediction + score.underprediction)
        losses = [pinball(level, quantile, value) for level, quantile in zip(HUB_LEVELS, quantiles, strict=True)]
        assert score.wis == pytest.approx(2 * statistics.fmean(losses), abs=1e-9)

    def test_say_whether_too_much_or_too_little_was_forecast(self) -> None:
        low, high = (weighted_interval_score(HUB_LEVELS, UNIFORM, value) for value in (-50, 250))
        assert (low.underprediction, high.overprediction) == (0, 0)
        assert low.overprediction == pytest.approx(high.underprediction)

    def test_of_one_point_are_the_absolute_error(self) -> None:
        assert weighted_interval_score([0.5], [10], 13).wis == pytest.approx(1.5 / 0.5)
        assert weighted_interval_score([0.25, 0.5, 0.75], [10, 10, 10], 13).wis == pytest.approx(3)

    def test_tend_to_the_crps_of_a_normal_distribution(self) -> None:
        normal = statistics.NormalDist()
        levels = [(step + 0.5) / 2_001 for step in range(2_001)]
        quantiles = [normal.inv_cdf(level) for level in levels]
        for value in (-1.0, 0.0, 2.5):
            # Gneiting and Raftery (2007), equation 21
            closed = value * (2 * normal.cdf(value) - 1) + 2 * normal.pdf(value) - 1 / math.sqrt(math.pi)
            assert weighted_interval_score(levels, quantiles, value).wis == pytest.approx(closed, abs=2e-3)
            assert crps_from_quantiles(levels, quantiles, value) == pytest.approx(closed, abs=2e-3)

    @pytest.mark.parametrize(
        ("levels", "quantiles"),
        [([0.25, 0.5, 0.75], [1, 3, 2]), ([0.5, 0.25, 0.75], [1, 2, 3]), ([0.1, 0.5, 0.75], [1, 2, 3]),
         ([0.25, 0.75], [1, 2]), ([0.5], [math.nan]), ([0.0, 0.5, 1.0], [1, 2, 3]), ([0.5], [1, 2])],
        ids=["cross", "levels fall", "asymmetric", "no median", "nan", "certain", "lengths"],
    )  # fmt: skip
    def test_that_are_none_are_refused(self, levels: list[float], quantiles: list[float]) -> None:
        with pytest.raises(ValueError, match=r".+"):
            weighted_interval_score(levels, quantiles, 1)


class TestSamples:
    @given(st.lists(VALUES, min_size=1, max_size=12), VALUES)
    def test_score_by_the_definition(self, sample: list[float], value: float) -> None:
        size = len(sample)
        distance = sum(abs(x - value) for x in sample) / size
        spread = sum(abs(a - b) for a, b in itertools.product(sample, sample)) / (2 * size**2)
        assert crps_from_sample(sample, value) == pytest.approx(distance - spread, abs=1e-7)

    def test_without_values_are_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            crps_from_sample([], 1)


class TestCalibration:
    @pytest.mark.parametrize(
        ("value", "expected"), [(0, 0.125), (10, 0.25), (15, 0.375), (20, 0.5), (30, 0.75), (99, 0.875)]
    )
    def test_a_value_has_its_place_in_the_distribution(self, value: float, expected: float) -> None:
        assert probability_integral_transform([0.25, 0.5, 0.75], [10, 20, 30], value) == pytest.approx(expected)

    def test_a_value_on_a_step_stands_in_its_middle(self) -> None:
        assert probability_integral_transform([0.25, 0.5, 0.75], [0, 0, 30], 0) == 0.375

    def test_an_interval_holds_its_ends(self) -> None:
        assert [covers(1, 2, value) for value in (0.9, 1, 2, 2.1)] == [False, True, True, False]
        with pytest.raises(ValueError, match="interval"):
            covers(2, 1, 1)
