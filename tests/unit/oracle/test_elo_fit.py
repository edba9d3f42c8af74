"""Elo ratings out of results: the worked change, the summer, and the mapping at its optimum."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.synthetic_leagues import synthetic_league

from auspex.oracle.engine.elo import win_draw_loss
from auspex.oracle.engine.elo_fit import EloMapping, elo_sd, expected_score, fit_elo, fit_mapping, rating_change
from auspex.oracle.engine.history import History, LookAheadError, PlayedMatch

LEAGUE = synthetic_league(11, teams=10, seasons=6)
HISTORY = History.of(LEAGUE.matches)


def test_the_worked_change() -> None:
    expected = expected_score(1600, 1500)
    assert expected == pytest.approx(0.738109, abs=5e-7)
    assert rating_change(expected, 2) == pytest.approx(5.443302, abs=5e-7)


@given(st.floats(1000, 2000), st.floats(1000, 2000), st.integers(-9, 9))
def test_what_one_wins_the_other_loses(home: float, away: float, gap: int) -> None:
    mirrored = 1 - expected_score(home, away)
    assert rating_change(expected_score(home, away), gap) == pytest.approx(-rating_change(mirrored, -gap), abs=1e-9)


def test_a_match_moves_both_ratings_by_the_worked_amount() -> None:
    match = PlayedMatch(date(2010, 9, 1), "a", "A", "B", 2, 0)
    fit = fit_elo(History.of([match]), as_of=date(2010, 9, 2), season="a")
    change = 12 * 3**0.5 * (1 - 1 / (1 + 10 ** (-80 / 400)))
    assert fit.ratings == pytest.approx((1500 + change, 1500 - change))


def test_the_error_shrinks_with_matches_down_to_a_floor() -> None:
    assert (elo_sd(0), elo_sd(18), elo_sd(1000)) == (120.0, 60.0, 35.0)


def two_seasons(*, first: tuple[str, ...], second: tuple[str, ...]) -> list[PlayedMatch]:
    return [
        PlayedMatch(date(year, 9, 1) + timedelta(days=number), label, home, away, 2, 0)
        for year, label, teams in ((2010, "a", first), (2011, "b", second))
        for number, (home, away) in enumerate(itertools.permutations(teams, 2))
    ]


def test_the_promoted_take_the_mean_of_the_relegated_and_all_move_to_the_mean() -> None:
    season = two_seasons(first=("A", "B", "C"), second=())
    before = fit_elo(History.of(season), as_of=date(2011, 8, 1), season="a")
    after = fit_elo(History.of(season), as_of=date(2011, 8, 1), season="b", field=["A", "B", "D"])
    c, rest = before.rating("C"), (before.rating("A"), before.rating("B"))
    mean = (c + sum(rest)) / 3
    assert after.teams == ("A", "B", "D")
    assert after.rating("D") == pytest.approx(c + 0.1 * (mean - c))
    assert after.rating("A") == pytest.approx(rest[0] + 0.1 * (mean - rest[0]))
    assert after.mean == pytest.approx(mean)
    assert (after.sd("D"), after.rating("E")) == (120.0, after.newcomer_rating)


def test_a_season_that_has_just_begun_relegates_nobody_who_may_yet_play() -> None:
    season = two_seasons(first=("A", "B", "C", "D"), second=("A", "N"))
    fit = fit_elo(History.of(season), as_of=date(2011, 10, 1), season="b")
    assert len(fit.teams) == 4
    assert {"A", "N"} < set(fit.teams)
    assert fit_elo(History.of(season), as_of=date(2011, 10, 1), season="b", field=["A", "B", "C", "N"]).teams == (
        "A", "B", "C", "N",
    )  # fmt: skip


def test_ratings_add_up_to_what_they_started_with() -> None:
    fit = fit_elo(HISTORY, as_of=LEAGUE.after, season="2015/16")
    assert sum(fit.ratings) == pytest.approx(1500 * len(fit.teams))
    assert set(fit.matches) == {108}


def test_the_stronger_are_rated_higher() -> None:
    fit = fit_elo(HISTORY, as_of=LEAGUE.after, season="2015/16")
    assert np.corrcoef(fit.ratings, LEAGUE.attack + LEAGUE.defence)[0, 1] > 0.8


def test_the_mapping_is_the_maximum_of_the_likelihood() -> None:
    generator = np.random.default_rng(5)
    differences = generator.normal(0, 120, 4000)
    truth = EloMapping(scale=170.0, zone=100.0, home_advantage=70.0)
    cumulative = np.cumsum(truth.probabilities(differences), axis=1)
    outcomes = (generator.random(4000)[:, None] > cumulative).sum(axis=1)
    fit = fit_mapping(differences, outcomes, prior_matches=0)

    def likelihood(mapping: EloMapping) -> float:
        chosen = mapping.probabilities(differences)[np.arange(4000), outcomes]
        return float(np.log(chosen).sum())

    at = likelihood(fit)
    for name in ("scale", "zone", "home_advantage"):
        value = getattr(fit, name)
        changes = [likelihood(replace(fit, **{name: value * factor})) - at for factor in (0.99, 1.01)]
        assert max(changes) < 0
        slope = (
            likelihood(replace(fit, **{name: value + 0.01})) - likelihood(replace(fit, **{name: value - 0.01}))
        ) / 0.02
        assert abs(slope) < 1e-4
    assert (fit.scale, fit.zone, fit.home_advantage) == pytest.approx((170, 100, 70), rel=0.2)
    assert fit.matches == 4000


def test_one_league_is_drawn_towards_what_three_said() -> None:
    generator = np.random.default_rng(6)
    differences = generator.normal(0, 120, 1000)
    truth = EloMapping(scale=250.0, zone=60.0, home_advantage=150.0)
    outcomes = (generator.random(1000)[:, None] > np.cumsum(truth.probabilities(differences), axis=1)).sum(axis=1)
    alone, drawn = fit_mapping(differences, outcomes, prior_matches=0), fit_mapping(differences, outcomes)
    for name in ("scale", "zone", "home_advantage"):
        default = getattr(EloMapping(), name)
        assert abs(getattr(drawn, name) - default) < abs(getattr(alone, name) - default)
    assert drawn.converged


def test_little_or_senseless_evidence_leaves_the_default() -> None:
    differences = np.linspace(-200, 200, 600)
    assert fit_mapping(differences[:100], np.zeros(100, dtype=np.int64)) == EloMapping()
    inverted = np.where(differences > 60, 2, np.where(differences < -60, 0, np.arange(600) % 3))
    assert fit_mapping(differences, inverted) == EloMapping(converged=False)


def test_the_mapping_learns_from_earlier_seasons_only() -> None:
    day = LEAGUE.matches[-20].day
    fit = fit_elo(HISTORY.before(day), as_of=day, season="2015/16")
    opened = fit_elo(HISTORY.before(date(2015, 8, 1)), as_of=date(2015, 8, 1), season="2015/16", field=LEAGUE.teams)
    assert fit.mapping == opened.mapping
    assert fit.mapping.matches == 4 * 90


def test_a_fixture_carries_ratings_errors_and_mapping() -> None:
    fit = fit_elo(HISTORY, as_of=LEAGUE.after, season="2015/16")
    ratings = fit.ratings_of("Team 01", "Team 02")
    assert ratings.difference == pytest.approx(fit.rating("Team 01") - fit.rating("Team 02") + ratings.home_advantage)
    assert ratings.home_advantage == fit.mapping.home_advantage != 0
    assert fit.ratings_of("Team 01", "Team 02", neutral=True).home_advantage == 0
    p = win_draw_loss(ratings.difference, scale=ratings.scale, zone=ratings.zone)
    np.testing.assert_allclose(p, fit.mapping.probabilities(np.array([ratings.home - ratings.away]))[0], atol=1e-12)


def test_a_result_of_the_day_is_refused() -> None:
    with pytest.raises(LookAheadError):
        fit_elo(HISTORY, as_of=LEAGUE.matches[-1].day, season="2015/16")


def test_any_order_of_matches_gives_the_same_ratings() -> None:
    shuffled = [LEAGUE.matches[index] for index in np.random.default_rng(3).permutation(len(LEAGUE.matches))]
    assert fit_elo(History.of(shuffled), as_of=LEAGUE.after, season="2015/16") == fit_elo(
        HISTORY, as_of=LEAGUE.after, season="2015/16"
    )
