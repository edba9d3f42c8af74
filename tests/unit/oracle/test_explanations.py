"""Factors, intervals, scenarios and sensitivity: they belong to one forecast and cannot disagree with it."""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.oracle.answering import elo_fixture, fixture, goals_fixture, random_fixture

from auspex.oracle.answer_fixture import answer, risk_of
from auspex.oracle.engine.basis import DIFFERENCE, ZONE, basis_of
from auspex.oracle.engine.factors import explain
from auspex.oracle.engine.risk import risk_parts, risk_score
from auspex.oracle.engine.scenarios import scenarios
from auspex.oracle.engine.sensitivity import sensitivities
from auspex.oracle.engine.shapley import shapley_values, subsets
from auspex.oracle.engine.uncertainty import at_nodes, differences, nodes, probability_intervals
from auspex.oracle.model import Depth, EloRatings, Lever, LeverKind, LeverSet, ModelFamily, Odds, Side, Sport

REQUESTS = 1_000
HOME_FACTOR = Lever(LeverKind.ABSENCE, Side.HOME, attack_factor=0.9)


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    """A thousand random requests, answered with their factors."""
    chance = random.Random(20240101)
    return [answer(random_fixture(chance), depth=Depth.DISTRIBUTION) for _ in range(REQUESTS)]


def brute_force(values: list[float], players: int) -> list[float]:
    """Return Shapley's values from their definition: the mean gain over every order of the players."""
    totals = [0.0] * players
    orders = list(itertools.permutations(range(players)))
    for order in orders:
        held = 0
        for player in order:
            totals[player] += values[held | 1 << player] - values[held]
            held |= 1 << player
    return [total / len(orders) for total in totals]


@given(st.integers(0, 5).flatmap(lambda k: st.lists(st.floats(-5, 5), min_size=2**k, max_size=2**k)))
def test_shapley_values_are_the_mean_gain_over_every_order(values: list[float]) -> None:
    players = int(math.log2(len(values)))
    found = shapley_values(np.array(values))
    assert np.allclose(found, brute_force(values, players), atol=1e-12)
    assert math.isclose(float(found.sum()), values[-1] - values[0], abs_tol=1e-12)


def test_nine_players_are_too_many() -> None:
    with pytest.raises(ValueError, match="at most 8"):
        subsets(9)


class TestFactors:
    def test_of_the_specification_s_fixture_to_six_digits(self) -> None:
        found = explain(basis_of(elo_fixture()))
        assert found.names == ("home_advantage", "home_rating", "away_rating")
        assert np.allclose(found.probabilities[:, 0], [0.101270, 0.518848, -0.407859], atol=5e-7)
        assert np.allclose(found.log_odds, [0.575646, 3.453878, -3.166055], atol=5e-7)
        assert math.isclose(found.log_odds.sum(), 0.863469, abs_tol=5e-7)
        assert math.isclose(found.base_probabilities[0], 0.375, abs_tol=1e-12)

    def test_add_up_to_the_answer_over_a_thousand_random_requests(self, answers: list[dict[str, Any]]) -> None:
        for result in answers:
            factors = result["factors"]
            base, total, items = factors["base"], factors["total"], factors["items"]
            log_odds = math.fsum(item["log_odds"] for item in items)
            assert math.isclose(base["log_odds"] + log_odds, total["log_odds"], abs_tol=1e-9)
            home = result["probabilities"]["home"]
            assert math.isclose(total["log_odds"], math.log(home / (1 - home)), rel_tol=1e-5, abs_tol=1e-6)
            for outcome in ("home", "draw", "away"):
                own = math.fsum(item["probabilities"][outcome] for item in items)
                stated = base["probabilities"][outcome] + own
                assert math.isclose(stated, result["probabilities"][outcome], abs_tol=1e-9)
            for item in items:
                assert math.isclose(math.fsum(item["probabilities"].values()), 0, abs_tol=1e-9)

    def test_name_what_the_fixture_has(self) -> None:
        odds = Odds(1.8, 4.75, 3.6)
        assert basis_of(goals_fixture()).names == ("home_rate", "away_rate", "low_score_correction")
        assert basis_of(goals_fixture(levers=(HOME_FACTOR,), odds=odds)).names[-2:] == ("levers", "market")
        assert basis_of(fixture(ModelFamily.GOALS, odds=odds)).names == ("market",)
        assert basis_of(goals_fixture(tau=1.05)).names[-1] == "calibration"

    def test_a_neutral_ground_has_no_home_advantage(self) -> None:
        found = explain(basis_of(elo_fixture(advantage=0)))
        assert not found.probabilities[0].any()


class TestOddsAlone:
    def test_are_the_answer_in_both_models(self) -> None:
        odds = Odds(1.8, 4.75, 3.6)
        for model in ModelFamily:
            shown = answer(fixture(model, odds=odds), depth=Depth.HEADLINE)["probabilities"]
            assert [round(shown[name], 6) for name in ("home", "draw", "away")] == [0.541205, 0.262379, 0.196416]

    def test_of_a_sport_without_draws_leave_none(self) -> None:
        basis = basis_of(fixture(ModelFamily.ELO, sport=Sport.MMA, odds=Odds(1.5, 2.7)))
        assert basis.point[ZONE] == 0
        assert basis.probabilities(basis.point[None])[0, 1] == 0

    def test_are_moved_by_levers(self) -> None:
        odds = Odds(1.8, 4.75, 3.6)
        plain = answer(fixture(ModelFamily.GOALS, odds=odds), depth=Depth.HEADLINE)
        moved = answer(fixture(ModelFamily.GOALS, odds=odds, levers=(HOME_FACTOR,)), depth=Depth.HEADLINE)
        assert moved["probabilities"]["home"] < plain["probabilities"]["home"] - 0.02


class TestUncertainty:
    def test_nodes_are_nine_and_weigh_one(self) -> None:
        steps, weights = nodes(0.3)
        assert len(steps) == 9
        assert math.isclose(steps[-1], 0.66)
        assert math.isclose(weights.sum(), 1)
        assert weights[4] == weights.max()

    def test_of_the_specification_s_grid_is_the_band_medium(self) -> None:
        result = answer(goals_fixture(), depth=Depth.HEADLINE)
        assert round(result["risk"]["score"], 2) == 95.80
        assert result["risk"]["band"] == "MEDIUM"
        assert math.isclose(result["headline"]["probability"], 0.480111, abs_tol=5e-9)
        assert (result["headline"]["outcome"], result["headline"]["confidence"]) == ("home", "moderate")
        assert result["risk"]["parameter"] == 0

    def test_opens_a_clear_match_and_says_that_it_is_not_the_match_s_own_chance(self) -> None:
        known, unknown = (
            risk_of(f, basis_of(f))
            for f in (goals_fixture(2.6, 0.6, log_ratio_sd=sd) for sd in (None, 0.6))
        )  # fmt: skip
        assert unknown["score"] > known["score"]
        assert unknown["parameter"] > 1
        assert math.isclose(unknown["outcome"] + unknown["parameter"], unknown["score"])

    @pytest.mark.parametrize("sigma", [0.1, 0.3, 0.6])
    def test_intervals_hold_every_probability_within_two_deviations(self, sigma: float) -> None:
        basis = basis_of(goals_fixture())
        low, high = probability_intervals(basis, sigma).T
        inside = np.random.Generator(np.random.PCG64(1)).uniform(-1.96, 1.96, 500) * sigma
        each = basis.probabilities(basis.shifted(basis.point, inside))
        assert ((each >= low - 1e-4) & (each <= high + 1e-4)).all()
        ends = basis.probabilities(basis.shifted(basis.point, np.array([-1.96, 1.96]) * sigma))
        assert np.allclose([low[0], high[0]], ends[:, 0])

    def test_are_absent_with_a_reason_where_nobody_states_a_deviation(self) -> None:
        result = answer(goals_fixture(), depth=Depth.DISTRIBUTION)
        assert result["probability_intervals"] is None
        assert "no_interval" in [caveat["code"] for caveat in result["explanation"]["caveats"]]
        stated = answer(fixture(ModelFamily.ELO, ratings=EloRatings(1600, 1500, home_sd=60)), depth=Depth.DISTRIBUTION)
        assert stated["probability_intervals"]["home"]["low"] < stated["probabilities"]["home"]

    def test_what_two_views_share_cancels(self) -> None:
        basis = basis_of(goals_fixture())
        moved = basis_of(goals_fixture(levers=(HOME_FACTOR,)))
        assert (differences(basis, basis, (0.3, 0.3)) == 0).all()
        paired = differences(basis, moved, (0.3, 0.3))
        steps, weights = nodes(0.3)
        alone = basis.probabilities(basis.shifted(basis.point, steps))[:, 0]
        assert paired[0] < math.sqrt(weights @ (alone - weights @ alone) ** 2) / 3

    def test_without_a_deviation_the_mean_is_the_forecast(self) -> None:
        basis = basis_of(goals_fixture())
        each, weights = at_nodes(basis, None)
        forecast = basis.probabilities(basis.point[None])
        assert (weights @ each == forecast[0]).all()
        total, outcome, parameter = risk_parts(each, weights)
        assert total == outcome == float(risk_score(forecast[0]))
        assert parameter == 0


class TestScenarios:
    def test_of_elo_are_the_specification_s_to_six_digits(self) -> None:
        found = {each.name: each.probabilities for each in scenarios(basis_of(elo_fixture(1600, 1550)))}
        assert np.allclose(found["conservative"], [0.663627, 0.206333, 0.130040], atol=5e-7)
        assert np.allclose(found["base"], [0.587259, 0.210815, 0.201927], atol=5e-7)
        assert np.allclose(found["aggressive"], [0.545640, 0.200687, 0.253673], atol=5e-7)

    def test_of_goals_are_tight_and_open_matches(self) -> None:
        basis = basis_of(goals_fixture())
        rates = [basis.rates(each.point[None])[0][0] for each in scenarios(basis)]
        assert np.allclose(rates, [1.36, 1.6, 1.84])

    def test_of_the_caller_act_on_top_of_the_levers(self) -> None:
        own = LeverSet("keeper absent", (Lever(LeverKind.ABSENCE, Side.AWAY, defence_factor=0.8),))
        basis = basis_of(goals_fixture(levers=(HOME_FACTOR,)))
        (last,) = [each for each in scenarios(basis, (own,)) if each.is_own]
        home, away, _ = basis.rates(last.point[None])
        assert np.allclose([home[0], away[0]], [1.6 * 0.9 / 0.8, 1.1])


class TestSensitivity:
    def test_lists_every_input_with_the_largest_first(self) -> None:
        for base, names in ((elo_fixture(), 3), (goals_fixture(), 3)):
            found = sensitivities(basis_of(base))
            assert len({each.name for each in found}) == names
            assert [each.largest for each in found] == sorted((each.largest for each in found), reverse=True)

    def test_of_a_rating_is_high_and_matches_the_shifted_fixture(self) -> None:
        (home,) = [each for each in sensitivities(basis_of(elo_fixture(1500, 1500, 0))) if each.name == "home_rating"]
        raised = answer(elo_fixture(1550, 1500, 0), depth=Depth.HEADLINE)["probabilities"]["home"]
        assert home.level == "HIGH"
        assert math.isclose(home.up[0], 100 * (raised - 0.375), abs_tol=1e-6)


def test_a_lever_on_both_sides_cancels_in_ratings() -> None:
    plain, levered = (
        basis_of(elo_fixture(levers=levers)).point[DIFFERENCE]
        for levers in ((), (Lever(LeverKind.WEATHER, Side.BOTH, rating_shift=-50),))
    )
    assert plain == levered
