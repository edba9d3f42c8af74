"""A league's own cards say how often its sides are sent off, and a match under way hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories.synthetic_leagues import synthetic_league

from auspex.oracle.answer_inplay import answer_inplay
from auspex.oracle.engine.elo_fit import fit_elo
from auspex.oracle.engine.goals_fit import fit_goals
from auspex.oracle.engine.history import History
from auspex.oracle.engine.inplay import MatchState, Period
from auspex.oracle.engine.sendings_off import PRIOR_MATCHES, SENDINGS_OFF, WINDOW_DAYS, sendings_off_of
from auspex.oracle.model import GoalRates, ModelFamily, ResolvedFixture, Sport

LEAGUE = synthetic_league(7)
KICK_OFF = MatchState(Period.FIRST_HALF, 0, 0, 0)


def history(home_red: int | None, away_red: int | None) -> History:
    return History.of(replace(match, home_red=home_red, away_red=away_red) for match in LEAGUE.matches)


def test_cards_are_counted_by_side_and_drawn_towards_the_prior() -> None:
    matches = len(LEAGUE.matches)
    home, away = sendings_off_of(history(0, 1), LEAGUE.after)
    assert home == pytest.approx(SENDINGS_OFF[0] * PRIOR_MATCHES / (matches + PRIOR_MATCHES))
    assert away == pytest.approx((matches + SENDINGS_OFF[1] * PRIOR_MATCHES) / (matches + PRIOR_MATCHES))


def test_a_source_that_counts_no_cards_leaves_the_prior() -> None:
    assert sendings_off_of(history(None, None), LEAGUE.after) == pytest.approx(SENDINGS_OFF)


def test_both_fits_keep_the_cards_of_the_last_four_years() -> None:
    past = history(0, 1)
    assert past.trained_through is not None
    later = past.trained_through + timedelta(days=WINDOW_DAYS)
    for fit in (fit_goals, fit_elo):
        assert fit(past, as_of=LEAGUE.after, season="2011/12").sendings_off == sendings_off_of(past, LEAGUE.after)
    last_day = int((past.days == past.days[-1]).sum())
    assert sendings_off_of(past, later)[1] == pytest.approx(
        (last_day + 0.1 * PRIOR_MATCHES) / (last_day + PRIOR_MATCHES)
    )


def test_sides_that_are_sent_off_often_score_less_from_here_on() -> None:
    fixture = ResolvedFixture(Sport.FOOTBALL, ModelFamily.GOALS, "Ashford", "Kelby", rates=GoalRates(1.5, 1.5))
    calm = answer_inplay(fixture, KICK_OFF, seed=1, n=20_000)
    wild = answer_inplay(replace(fixture, sendings_off=(2.0, 0.0)), KICK_OFF, seed=1, n=20_000)
    plain = answer_inplay(replace(fixture, sendings_off=SENDINGS_OFF), KICK_OFF, seed=1, n=20_000)
    assert wild["remaining_goals"]["home"]["mean"] < calm["remaining_goals"]["home"]["mean"] - 0.2
    assert wild["remaining_goals"]["away"]["mean"] > calm["remaining_goals"]["away"]["mean"] + 0.2
    assert plain["probabilities"] == calm["probabilities"]
