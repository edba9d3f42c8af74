"""Speed of oracle's engines on one core: what an answer, a batch and a projection are made of (ORACLE 10)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np

from auspex.oracle.engine.basis import basis_of
from auspex.oracle.engine.elo import control_spread
from auspex.oracle.engine.factors import explain
from auspex.oracle.engine.grid import rates_win_draw_loss, score_grid
from auspex.oracle.engine.inplay import MatchState, Period, play_on
from auspex.oracle.engine.margins import METHODS, remove_margin
from auspex.oracle.engine.markets import markets_of
from auspex.oracle.engine.rates import rates_from_outcomes, rates_from_outcomes_and_total
from auspex.oracle.engine.season import Season, Strengths, shard_sizes, simulate_shard
from auspex.oracle.engine.tie_breaks import parse_chain
from auspex.oracle.model import (
    EloRatings,
    GoalRates,
    GoalStrengths,
    Lever,
    LeverKind,
    ModelFamily,
    Odds,
    ResolvedFixture,
    Side,
    Sport,
)

SUBSETS = 256
"""All subsets of eight factors: the most that an explanation evaluates."""
NODES = 9
TEAMS = 20
SEASONS = 10_000
CHAINS = {
    "by_difference": ("points", "goal_difference", "goals_for", "head_to_head_points", "lot"),
    "head_to_head": ("points", "head_to_head_points", "head_to_head_goal_difference", "goal_difference", "lot"),
}
SEASON_SECONDS_MAX = 3.0


def measure_oracle_engines() -> dict[str, Any]:
    """Return CPU milliseconds of each piece (medians), and CPU seconds of projections of 10,000 seasons."""
    found: dict[str, Any] = {name: round(_median_ms(call, repeats), 3) for name, (call, repeats) in _pieces().items()}
    for name, chain in CHAINS.items():
        seconds, wall = _season_seconds(chain)
        found[f"{SEASONS}_seasons_{name}_cpu_seconds"] = round(seconds, 2)
        found[f"{SEASONS}_seasons_{name}_wall_seconds"] = round(wall, 2)
        found[f"{SEASONS}_seasons_{name}_within_bar"] = seconds <= SEASON_SECONDS_MAX
    return found


def _pieces() -> dict[str, tuple[Callable[[], object], int]]:
    many = np.linspace(0.6, 2.8, SUBSETS * NODES)
    grid = score_grid(1.6, 1.1, -0.08)
    fitted = basis_of(_fitted_fixture())
    half_time = MatchState(Period.HALF_TIME, 45, 1, 0)
    return {
        "grid_ms": (lambda: score_grid(1.6, 1.1, -0.08), 200),
        f"outcomes_of_{SUBSETS}_subsets_ms": (lambda: rates_win_draw_loss(many[:SUBSETS], 1.1, -0.08), 100),
        f"outcomes_of_{SUBSETS}_subsets_{NODES}_nodes_ms": (lambda: rates_win_draw_loss(many, 1.1, -0.08), 50),
        f"grids_of_{SUBSETS}_subsets_ms": (lambda: score_grid(many[:SUBSETS], 1.1, -0.08), 30),
        "markets_of_a_grid_ms": (lambda: markets_of(grid), 100),
        "shapley_of_a_fitted_fixture_ms": (lambda: explain(fitted), 50),
        "control_spread_ms": (lambda: control_spread(150, scale=173.7, levels=(0.05, 0.5, 0.95)), 100),
        "four_margin_removals_ms": (_all_margins, 50),
        "rates_from_outcomes_ms": (lambda: rates_from_outcomes(0.5412, 0.1964, rho=-0.05), 50),
        "rates_from_outcomes_and_total_ms": (
            lambda: rates_from_outcomes_and_total(0.480111, 0.252053, 0.506376, rho_start=-0.05), 50,
        ),
        "second_half_10000_runs_ms": (lambda: play_on(1.6, 1.1, half_time, seed=1, n=10_000), 10),
    }  # fmt: skip


def _fitted_fixture() -> ResolvedFixture:
    """Return a fixture with all eight factors: a fitted league's, a lever, and odds pooled in."""
    return ResolvedFixture(
        sport=Sport.FOOTBALL, model=ModelFamily.GOALS, home="Ashford", away="Kelby",
        ratings=EloRatings(1600, 1500, 78.0, home_sd=40, away_sd=40, scale=178.7, zone=105.3),
        rates=GoalRates(1.7, 1.0), strengths=GoalStrengths(0.1, 0.25, 0.15, 0.1, -0.1, -0.05), log_ratio_sd=0.3,
        tau=1.08, odds=Odds(1.8, 3.6, 4.75), levers=(Lever(LeverKind.ABSENCE, Side.AWAY, attack_factor=0.85),),
    )  # fmt: skip


def _all_margins() -> None:
    for method in METHODS:
        remove_margin((1.80, 3.60, 4.75), method=method)


def _median_ms(call: Callable[[], object], repeats: int) -> float:
    call()
    taken = []
    for _ in range(repeats):
        began = time.process_time()
        call()
        taken.append(time.process_time() - began)
    return 1_000 * statistics.median(taken)


def _season_seconds(chain: tuple[str, ...]) -> tuple[float, float]:
    """Return CPU and wall seconds of a double round-robin with nothing played, strengths uncertain."""
    spread = np.linspace(0.3, -0.3, TEAMS)
    mean = np.concatenate(([0.2, 0.25], spread, spread))
    season = Season(
        TEAMS, np.empty((0, 4), dtype=np.int64), np.array(list(permutations(range(TEAMS), 2))),
        Strengths(mean, np.eye(mean.size) * 0.1, -0.05), parse_chain(chain), np.zeros(TEAMS, dtype=np.int64),
    )  # fmt: skip
    began, began_wall = time.process_time(), time.perf_counter()
    for shard, seasons in enumerate(shard_sizes(SEASONS)):
        simulate_shard(season, seed=1, shard=shard, seasons=seasons)
    return time.process_time() - began, time.perf_counter() - began_wall
