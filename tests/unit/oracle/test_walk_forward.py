"""Walking forward: nothing later than the day before a block is seen, and the layer learns from earlier seasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from tests.factories.forecasts import planted_forecasts
from tests.factories.synthetic_leagues import synthetic_league

from auspex.oracle.engine.calibrate import Layer, elo_thresholds, fit_layer, fit_tau
from auspex.oracle.engine.history import History, LookAheadError
from auspex.oracle.engine.pooling import temper
from auspex.oracle.engine.walk_forward import (
    Fixture,
    Forecasts,
    fit_versions,
    forecast_block,
    joined,
    version_day,
    walk_forward,
)

LEAGUE = synthetic_league(21, teams=10, seasons=3, spread=0.4)
LAST = "2012/13"


@pytest.fixture(scope="module")
def forecasts() -> Forecasts:
    return walk_forward(LEAGUE.matches, seasons=["2011/12", LAST], competition="X")


def test_versions_are_of_fridays() -> None:
    days = [date(2019, 5, 3) + timedelta(days=number) for number in range(8)]
    assert {version_day(day) for day in days[:7]} == {date(2019, 5, 3)}
    assert version_day(days[7]) == date(2019, 5, 10)


def test_every_match_is_forecast_once_from_older_parameters(forecasts: Forecasts) -> None:
    assert len(forecasts) == 180
    assert (forecasts.version <= forecasts.days).all()
    assert (forecasts.version > forecasts.days - 7).all()
    np.testing.assert_allclose(forecasts.elo.sum(axis=1), 1)
    np.testing.assert_allclose(forecasts.goals_model.sum(axis=1), 1)
    assert set(forecasts.outcomes.tolist()) == {0, 1, 2}
    played = [match for match in LEAGUE.matches if match.season != "2010/11"]
    assert forecasts.goals.sum() == sum(match.home_goals + match.away_goals for match in played)


def test_results_of_the_block_and_later_change_nothing(forecasts: Forecasts) -> None:
    friday = date.fromordinal(int(forecasts.version[100]))
    changed = [
        match if match.day < friday else replace(match, home_goals=9, away_goals=0, home_sot=30)
        for match in LEAGUE.matches
    ]
    other = walk_forward(changed, seasons=["2011/12", LAST], competition="X")
    until = forecasts.version <= friday.toordinal()
    assert until.sum() >= 100
    np.testing.assert_array_equal(other.ratings[until], forecasts.ratings[until])
    np.testing.assert_array_equal(other.rates[until], forecasts.rates[until])
    assert not np.array_equal(other.rates[~until], forecasts.rates[~until])


def test_a_past_with_a_result_of_the_day_is_refused() -> None:
    history, day = History.of(LEAGUE.matches), LEAGUE.matches[100].day
    with pytest.raises(LookAheadError):
        fit_versions(history.before(day + timedelta(days=1)), as_of=day, season="2011/12", field=LEAGUE.teams)


def test_parameters_do_not_forecast_what_is_older_than_they_are() -> None:
    day = LEAGUE.matches[150].day
    versions = fit_versions(History.of(LEAGUE.matches).before(day), as_of=day, season="2011/12", field=LEAGUE.teams)
    old = Fixture(day - timedelta(days=1), "2011/12", "Team 00", "Team 01")
    with pytest.raises(ValueError, match="older"):
        forecast_block(versions, [old], as_of=day)


def test_without_goals_fit_the_ratings_answer_alone() -> None:
    first = walk_forward(LEAGUE.matches, seasons=["2010/11"])
    early = first.rows(first.days < int(first.days[0]) + 60)
    assert np.isnan(early.rates[:5]).all()
    np.testing.assert_array_equal(Layer().probabilities(early.ratings, early.rates)[:5], early.elo[:5])
    assert np.isfinite(Layer().averaged(early)).all()


def test_it_beats_ignorance_on_known_strengths(forecasts: Forecasts) -> None:
    from auspex.oracle.engine.scores import ranked_probability

    ours = ranked_probability(Layer().probabilities(forecasts.ratings, forecasts.rates), forecasts.outcomes)
    base = np.bincount(forecasts.outcomes, minlength=3) / len(forecasts)
    assert ours.mean() < ranked_probability(np.tile(base, (len(forecasts), 1)), forecasts.outcomes).mean() - 0.01


@pytest.mark.parametrize("tau", [0.95, 1.0, 1.12])
def test_tau_is_found_again(tau: float) -> None:
    p, outcomes = planted_forecasts(40_000, seed=9)
    assert fit_tau(temper(p, tau=1 / tau), outcomes, prior_matches=0) == pytest.approx(tau, abs=0.021)


def test_tau_keeps_to_its_grid_and_is_one_without_forecasts() -> None:
    p, outcomes = planted_forecasts(4000, seed=9)
    assert fit_tau(temper(p, tau=0.5), outcomes, prior_matches=0) == 1.25
    assert fit_tau(temper(p, tau=2.0), outcomes, prior_matches=0) == 0.90
    assert fit_tau(p[:0], outcomes[:0]) == 1.0


def test_few_forecasts_leave_tau_near_what_other_leagues_said() -> None:
    p, outcomes = planted_forecasts(400, seed=10)
    alone, with_prior = (fit_tau(temper(p, tau=1 / 0.9), outcomes, prior_matches=count) for count in (0, 8000))
    assert abs(with_prior - 1.08) < 0.03 < abs(alone - 1.08)


def test_the_layer_learns_and_makes_thirds_of_the_named_competition(forecasts: Forecasts) -> None:
    pooled = joined([forecasts] * 4)
    layer = fit_layer(pooled, seasons=["2011/12", LAST], competition="X")
    assert layer.matches == 720
    shares = np.digitize(100 * _entropy(layer.averaged(forecasts)) / np.log(3), layer.thresholds)
    assert np.bincount(shares, minlength=3) / 180 == pytest.approx([1 / 3] * 3, abs=0.02)
    assert fit_layer(pooled, seasons=["2011/12", LAST], competition="Y").thresholds == Layer().thresholds
    assert fit_layer(pooled.rows(pooled.days < 0), seasons=[]) == Layer()
    low, high = elo_thresholds(pooled)
    assert 50 < low < high < 100


def test_averaging_over_the_error_is_more_open(forecasts: Forecasts) -> None:
    layer = Layer(tau=1.05)
    final = layer.probabilities(forecasts.ratings, forecasts.rates)
    assert (_entropy(layer.averaged(forecasts)).mean()) > _entropy(final).mean()
    sure = replace(forecasts, rates=forecasts.rates * [1, 1, 1, 0])
    np.testing.assert_allclose(layer.averaged(sure), final, atol=1e-12)


def _entropy(p: np.ndarray) -> np.ndarray:
    return np.asarray(-(p * np.log(p)).sum(axis=1))
