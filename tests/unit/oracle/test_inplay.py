"""A match under way: the exact remaining grid, an exact chain of minutes, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from auspex.oracle.engine.grid import rates_win_draw_loss, score_grid
from auspex.oracle.engine.inplay import (
    Dynamics,
    InplayRuns,
    MatchState,
    MinuteOutOfRangeError,
    Period,
    minutes_left,
    play_on,
    share_left,
)

N = 20_000
STEADY = Dynamics(by_lead=(1.0, 1.0, 1.0, 1.0, 1.0), own_red=1.0, opponent_red=1.0, sendings_off=(0.0, 0.0))
"""Nothing reacts: the remaining goals are Poisson, and the exact grid is the answer."""
ONE_UP = MatchState(Period.SECOND_HALF, 60, 1, 0)


def within_four_errors(found: InplayRuns, exact: tuple[float, ...]) -> bool:
    shares, errors = found.probabilities()
    return bool((np.abs(shares - exact) <= 4 * errors).all())


def test_with_nothing_reacting_it_is_the_worked_remaining_grid() -> None:
    # Rates of a whole match such that a third of 1.6 and 1.1 goals is left.
    scale = 1 / (3 * share_left(ONE_UP))
    found = play_on(1.6 * scale, 1.1 * scale, ONE_UP, seed=1, n=100_000, dynamics=STEADY)
    assert within_four_errors(found, (0.802859, 0.164135, 0.033006))
    rest = score_grid(1.6 / 3, 1.1 / 3, 0.0)
    exact = tuple(
        float(sum(rest[i, j] for i in range(16) for j in range(16) if np.sign(1 + i - j) == s)) for s in (1, 0, -1)
    )
    assert exact == pytest.approx((0.802859, 0.164135, 0.033006), abs=6e-7)
    (home, home_error), (away, away_error) = found.remaining_goals()
    assert abs(home - 1.6 / 3) <= 4 * home_error
    assert abs(away - 1.1 / 3) <= 4 * away_error
    for home_goals, away_goals, share, error in found.top_scores():
        assert abs(share - rest[home_goals - 1, away_goals]) <= 4 * error


def test_steady_from_kick_off_it_is_the_whole_grid() -> None:
    found = play_on(1.6, 1.1, MatchState(Period.FIRST_HALF, 0, 0, 0), seed=2, n=N, dynamics=STEADY)
    grid = score_grid(1.6, 1.1, 0.0)
    exact = (float(np.tril(grid, -1).sum()), float(np.trace(grid)), float(np.triu(grid, 1).sum()))
    assert within_four_errors(found, exact)


@pytest.mark.parametrize(("home", "away"), [(1.6, 1.1), (1.3, 1.3), (2.4, 0.7)])
def test_at_kick_off_reactions_do_the_work_of_the_default_rho(home: float, away: float) -> None:
    """Within half a point of the pre-match answer, beside the error of the runs, though ρ is no part of them."""
    found = play_on(home, away, MatchState(Period.FIRST_HALF, 0, 0, 0), seed=11, n=100_000)
    shares, errors = found.probabilities()
    before = rates_win_draw_loss(home, away, -0.05)
    assert (np.abs(shares - before) <= 0.005 + 3 * errors).all()
    # Without ρ and reactions the draw is farther off.
    assert abs(shares[1] - before[1]) < abs(rates_win_draw_loss(home, away, 0.0)[1] - before[1])


def exact_chain(home_rate: float, away_rate: float, state: MatchState, dynamics: Dynamics) -> tuple[float, ...]:
    """Carry the distribution over (home goals, away goals, home red, away red) through every minute left.

    At most two goals a side and minute, 12 a side in all and four new cards a side: what is cut off is checked.
    """
    goals, cards = 13, 5
    p = np.zeros((goals, goals, cards, cards))
    p[state.home_goals, state.away_goals, 0, 0] = 1.0
    home, away, home_red, away_red = np.indices(p.shape)
    home_red, away_red = home_red + state.home_red, away_red + state.away_red
    lead = np.clip(home - away, -2, 2)
    by_lead = np.array(dynamics.by_lead)
    first, second = minutes_left(state)
    home_card, away_card = (1 - math.exp(-match / 96) for match in dynamics.sendings_off)
    for share in [0.44 / 47] * first + [0.56 / 49] * second:
        rates = (
            home_rate * share * by_lead[lead + 2] * dynamics.own_red**home_red * dynamics.opponent_red**away_red,
            away_rate * share * by_lead[2 - lead] * dynamics.own_red**away_red * dynamics.opponent_red**home_red,
        )
        following = np.zeros_like(p)
        for i in range(3):
            for j in range(3):
                for k, m in ((0, 0), (0, 1), (1, 0), (1, 1)):
                    chance = np.ones_like(p)
                    for rate, count in zip(rates, (i, j), strict=True):
                        chance = chance * np.exp(-rate) * rate**count / math.factorial(count)
                    chance = chance * (home_card if k else 1 - home_card) * (away_card if m else 1 - away_card)
                    moved = (p * chance)[: goals - i, : goals - j, : cards - k, : cards - m]
                    following[i:, j:, k:, m:] += moved
        p = following
    table = p.sum(axis=(2, 3))
    return float(np.tril(table, -1).sum()), float(np.trace(table)), float(np.triu(table, 1).sum())


@pytest.mark.parametrize(
    "state",
    [
        MatchState(Period.SECOND_HALF, 60, 1, 0, 0, 1),
        MatchState(Period.SECOND_HALF, 70, 0, 2, 1, 0),
        MatchState(Period.HALF_TIME, 45, 0, 0),
    ],
)
def test_with_everything_reacting_it_is_the_exact_chain_of_minutes(state: MatchState) -> None:
    # Reactions larger than life, so that leaving one out would show.
    strong = Dynamics(by_lead=(1.6, 1.3, 0.8, 1.2, 1.5), sendings_off=(0.8, 0.3))
    for dynamics in (Dynamics(), strong):
        found = play_on(2.1, 1.6, state, seed=7, n=N, dynamics=dynamics)
        exact = exact_chain(2.1, 1.6, state, dynamics)
        assert sum(exact) == pytest.approx(1, abs=1e-3)
        assert within_four_errors(found, exact)


def test_a_sending_off_helps_the_other_side() -> None:
    eleven = play_on(1.6, 1.1, MatchState(Period.SECOND_HALF, 50, 0, 0), seed=3, n=N)
    ten = play_on(1.6, 1.1, MatchState(Period.SECOND_HALF, 50, 0, 0, home_red=1), seed=3, n=N)
    assert ten.probabilities()[0][0] < eleven.probabilities()[0][0]
    assert ten.probabilities()[0][2] > eleven.probabilities()[0][2]


def test_a_match_that_is_over_stays_as_it_is() -> None:
    found = play_on(1.6, 1.1, MatchState(Period.FULL_TIME, 94, 2, 2), seed=4, n=1_000)
    shares, errors = found.probabilities()
    assert shares.tolist() == [0, 1, 0]
    assert errors.tolist() == [0.003, 0.003, 0.003]
    assert found.top_scores() == [(2, 2, 1.0, 0.003)]
    assert found.remaining_goals() == ((0.0, 0.0), (0.0, 0.0))


def test_the_same_seed_gives_the_same_runs_and_another_one_others() -> None:
    runs = [play_on(1.6, 1.1, ONE_UP, seed=seed, n=1_000) for seed in (5, 5, 6)]
    assert (runs[0].home_goals == runs[1].home_goals).all()
    assert (runs[0].home_goals != runs[2].home_goals).any()


def test_top_scores_come_likeliest_first() -> None:
    shares = [share for _, _, share, _ in play_on(1.6, 1.1, ONE_UP, seed=8, n=5_000).top_scores(10)]
    assert len(shares) == 10
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("state", "left"),
    [
        (MatchState(Period.FIRST_HALF, 0, 0, 0), (47, 49)),
        (MatchState(Period.FIRST_HALF, 47, 0, 0), (0, 49)),
        (MatchState(Period.HALF_TIME, 45, 0, 0), (0, 49)),
        (MatchState(Period.SECOND_HALF, 45, 0, 0), (0, 49)),
        (MatchState(Period.SECOND_HALF, 60, 0, 0), (0, 34)),
        (MatchState(Period.SECOND_HALF, 94, 0, 0), (0, 0)),
    ],
)
def test_minutes_left(state: MatchState, left: tuple[int, int]) -> None:
    assert minutes_left(state) == left


@pytest.mark.parametrize(
    ("period", "minute"),
    [(Period.FIRST_HALF, 48), (Period.FIRST_HALF, -1), (Period.SECOND_HALF, 44), (Period.SECOND_HALF, 95)],
)
def test_a_minute_that_its_half_does_not_have_is_refused(period: Period, minute: int) -> None:
    with pytest.raises(MinuteOutOfRangeError):
        minutes_left(MatchState(period, minute, 0, 0))


def test_a_whole_match_is_left_before_it_begins() -> None:
    assert share_left(MatchState(Period.FIRST_HALF, 0, 0, 0)) == pytest.approx(1)
