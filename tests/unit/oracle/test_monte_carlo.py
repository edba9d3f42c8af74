"""Errors of simulated numbers: formulas, and whether the intervals tell the truth (ORACLE 11.3)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.factories.scorelines import cumulative_table, draw_scorelines, invert

from auspex.oracle.engine.draws import Stream, poisson_counts, uniforms
from auspex.oracle.engine.grid import score_grid, win_draw_loss
from auspex.oracle.engine.inplay import MatchState, Period, play_on
from auspex.oracle.engine.monte_carlo import Z_95, mean_error, percentiles, share_error
from auspex.oracle.engine.season import draw_goals


def test_the_worked_error_of_a_share() -> None:
    assert float(share_error(0.480111, 10_000)) == pytest.approx(0.004996, abs=5e-7)


def test_a_share_of_none_or_all_gives_the_bound() -> None:
    assert share_error([0.0, 1.0], 2_000).tolist() == [0.0015, 0.0015]


def test_the_error_of_a_mean() -> None:
    assert mean_error([1.0, 2.0, 3.0, 4.0]) == pytest.approx(math.sqrt(5 / 3) / 2)


def test_nineteen_of_twenty_intervals_hold_the_exact_grid() -> None:
    """1,000 fixtures, 2,000 runs each: 93 to 97 % of the 95 % intervals cover, for each outcome."""
    random = np.random.default_rng(3)
    home, away, n = random.uniform(0.5, 2.8, 1_000), random.uniform(0.4, 2.2, 1_000), 2_000
    exact = win_draw_loss(score_grid(home, away, -0.05))
    covered = np.zeros(3)
    for index in range(1_000):
        goals = draw_scorelines(score_grid(home[index], away[index], -0.05), uniforms(index, (0,), n))
        ahead = np.sign(goals[0] - goals[1])
        shares = np.array([(ahead == side).mean() for side in (1, 0, -1)])
        covered += np.abs(shares - exact[index]) <= Z_95 * share_error(shares, n)
    assert ((covered >= 930) & (covered <= 970)).all(), covered


def test_percentiles_of_counts_are_order_statistics() -> None:
    found = percentiles([1, 0, 8, 1], [10.0, 11.0, 12.0, 13.0], (0.05, 0.1, 0.5, 0.95))
    assert [percentile.value for percentile in found] == [10.0, 10.0, 12.0, 13.0]


def test_percentile_intervals_hold_the_true_percentile_as_often_as_they_say() -> None:
    """Skewed and discrete, where a normal error would be wrong: discreteness makes intervals cover more, never less."""
    p = np.array([math.exp(-2.3) * 2.3**k / math.factorial(k) for k in range(25)])
    p /= p.sum()
    truth = {level: float(np.searchsorted(np.cumsum(p), level)) for level in (0.05, 0.5, 0.95)}
    covered = dict.fromkeys(truth, 0)
    for seed in range(400):
        counts = np.bincount(invert(cumulative_table(p), uniforms(seed, (9,), 500)), minlength=25)
        for found in percentiles(counts, np.arange(25), tuple(truth)):
            covered[found.level] += found.low <= truth[found.level] <= found.high
    assert min(covered.values()) >= 0.93 * 400


def test_percentile_intervals_shrink_with_more_runs() -> None:
    widths = []
    for n in (200, 20_000):
        counts = np.bincount(np.floor(uniforms(1, (0,), n) * 1_000).astype(np.int64), minlength=1_000)
        found = percentiles(counts, np.arange(1_000), (0.5,))[0]
        widths.append(found.high - found.low)
    assert widths[1] < widths[0] / 5


def paired_error(first: np.ndarray, second: np.ndarray) -> float:
    """Return the standard error of the mean difference of two samples, run by run."""
    return mean_error(first.astype(float) - second.astype(float))


@pytest.mark.parametrize(("change", "gain"), [(1.10, 3.0), (1.05, 4.5), (1.02, 7.0)])
def test_pairs_that_share_uniforms_differ_with_less_error_than_independent_ones(change: float, gain: float) -> None:
    n = 60_000
    runs = [Stream(seed, (0,)).uniforms((2, n)) for seed in (11, 12)]

    def home_wins(rate: float, uniform: np.ndarray) -> np.ndarray:
        home, away = draw_goals(np.full(n, rate), np.full(n, 1.1), -0.08, uniform[0], uniform[1])
        return home > away

    base = home_wins(1.6, runs[0])
    shared = paired_error(home_wins(1.6 * change, runs[0]), base)
    independent = paired_error(home_wins(1.6 * change, runs[1]), base)
    assert independent / shared >= gain


@pytest.mark.parametrize(("change", "gain"), [(1.10, 3.0), (1.05, 4.5), (1.02, 7.0)])
def test_pairs_of_matches_under_way_share_their_luck_too(change: float, gain: float) -> None:
    state = MatchState(Period.HALF_TIME, 45, 0, 0)
    base, shared, independent = (
        play_on(rate, 2.4, state, seed=seed, n=40_000).outcomes[:, 0]
        for rate, seed in ((3.4, 21), (3.4 * change, 21), (3.4 * change, 22))
    )
    assert paired_error(independent, base) / paired_error(shared, base) >= gain


def test_scorelines_drawn_side_by_side_have_the_grids_shares() -> None:
    n = 200_000
    uniform = Stream(4, (0,)).uniforms((2, n))
    home, away = draw_goals(np.full(n, 1.6), np.full(n, 1.1), -0.08, uniform[0], uniform[1])
    grid = score_grid(1.6, 1.1, -0.08)
    shares = np.bincount(home.astype(np.int64) * 16 + away, minlength=256).reshape(16, 16) / n
    assert (np.abs(shares - grid) <= 4.5 * np.sqrt(grid / n) + 1e-6).all()


def test_counts_follow_poissons_law_and_rise_with_the_rate() -> None:
    even = (np.arange(100_000) + 0.5) / 100_000
    counts = poisson_counts(np.full(even.size, 2.5), even)
    expected = [math.exp(-2.5) * 2.5**k / math.factorial(k) for k in range(8)]
    assert np.bincount(counts)[:8] / even.size == pytest.approx(expected, abs=2e-5)
    assert (poisson_counts(np.full(even.size, 2.6), even) >= counts).all()
    assert poisson_counts(np.array([6.0]), np.array([1 - 2.0**-53]))[0] <= 30


def test_a_rho_too_large_for_a_drawn_rate_is_brought_into_range() -> None:
    uniform = Stream(6, (0,)).uniforms((2, 1_000))
    home, away = draw_goals(np.full(1_000, 5.5), np.full(1_000, 3.0), 0.2, uniform[0], uniform[1])
    assert home.min() >= 0
    assert away.max() <= 30
