"""What may be known before a day, and that the order of the input does not matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from tests.factories.synthetic_leagues import synthetic_league

from auspex.oracle.engine.history import History, LookAheadError

LEAGUE = synthetic_league(1, teams=6)
HISTORY = History.of(LEAGUE.matches)


def test_the_past_ends_the_day_before() -> None:
    day = LEAGUE.matches[30].day
    past = HISTORY.before(day)
    assert len(past) == sum(match.day < day for match in LEAGUE.matches)
    assert past.trained_through is not None
    assert past.trained_through < day
    past.check_before(day)


def test_a_result_of_the_same_day_is_refused() -> None:
    past = HISTORY.before(LEAGUE.matches[30].day)
    newest = past.trained_through
    assert newest is not None
    with pytest.raises(LookAheadError):
        past.check_before(newest)


def test_a_past_knows_no_team_or_season_of_the_future() -> None:
    late = replace(LEAGUE.matches[-1], day=date(2013, 1, 1), season="2012/13", home="Newcomer")
    past = History.of([*LEAGUE.matches, late]).before(date(2013, 1, 1))
    assert past.teams == HISTORY.teams
    assert past.seasons == HISTORY.seasons
    assert past.season_teams("2012/13") == frozenset()


def test_order_of_input_is_forgotten() -> None:
    shuffled = [LEAGUE.matches[index] for index in np.random.default_rng(0).permutation(len(LEAGUE.matches))]
    other = History.of(shuffled)
    assert (other.teams, other.seasons) == (HISTORY.teams, HISTORY.seasons)
    for name in ("days", "season", "home", "away", "home_goals", "away_sot"):
        np.testing.assert_array_equal(getattr(other, name), getattr(HISTORY, name))


def test_seasons_are_in_order_of_their_days_not_of_their_labels() -> None:
    labels = {"2010/11": "9900", "2011/12": "0001"}
    assert History.of([replace(match, season=labels[match.season]) for match in LEAGUE.matches]).seasons == (
        "9900", "0001",
    )  # fmt: skip


def test_newcomers_were_absent_a_season_ago() -> None:
    moved = [replace(match, home="Team 99") if match.home == "Team 00" else match for match in LEAGUE.matches]
    moved = [match for match in moved if match.season == "2011/12" or match.home != "Team 99"]
    history = History.of(moved)
    assert history.newcomers("2011/12", ()) >= {"Team 99"}
    assert history.newcomers("2012/13", ["Team 01", "Team 77"]) == {"Team 77"}
    assert history.newcomers("2010/11", ()) == frozenset()


def test_nothing_is_older_than_an_empty_past() -> None:
    empty = HISTORY.before(LEAGUE.matches[0].day)
    assert (len(empty), empty.trained_through, empty.teams) == (0, None, ())
    empty.check_before(LEAGUE.matches[0].day - timedelta(days=1000))
