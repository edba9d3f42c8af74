"""Small leagues for tests of seasons: without the harness, so that a fresh process has them quickly."""

from __future__ import annotations

import hashlib
import itertools
import json

import numpy as np

from auspex.oracle.engine.grid import score_grid
from auspex.oracle.engine.inplay import MatchState, Period, play_on
from auspex.oracle.engine.markets import market_arrays
from auspex.oracle.engine.season import Season, Strengths, simulate
from auspex.oracle.engine.tie_breaks import parse_chain

CHAINS = {
    "E0": ("points", "goal_difference", "goals_for", "head_to_head_points", "head_to_head_away_goals", "lot"),
    "SP1": ("points", "head_to_head_points", "head_to_head_goal_difference", "goal_difference", "goals_for", "lot"),
}


def strengths(teams: int, *, sd: float = 0.0, rho: float = -0.05) -> Strengths:
    """Return teams from strong to weak."""
    spread = np.linspace(0.3, -0.3, teams)
    mean = np.concatenate(([0.2, 0.25], spread, spread))
    return Strengths(mean, np.eye(2 + 2 * teams) * sd, rho)


def season_of(teams: int, *, played: int = 0, sd: float = 0.0, chain: str = "E0") -> Season:
    """Return a double round-robin whose first matches ended 1-0."""
    pairs = np.array(list(itertools.permutations(range(teams), 2)), dtype=np.int64)
    ones = np.tile([1, 0], (played, 1))
    return Season(
        teams, np.concatenate((pairs[:played], ones), axis=1), pairs[played:], strengths(teams, sd=sd),
        parse_chain(CHAINS[chain]), np.zeros(teams, dtype=np.int64),
    )  # fmt: skip


def rates(season: Season, home: int, away: int) -> tuple[float, float]:
    mean, teams = season.strengths.mean, season.teams
    home_log = mean[0] + mean[1] + mean[2 + home] - mean[2 + teams + away]
    return float(np.exp(home_log)), float(np.exp(mean[0] + mean[2 + away] - mean[2 + teams + home]))


def golden_tally() -> str:
    """Return the hash of a small projection whose teams are uncertain."""
    tally = simulate(season_of(6, played=5, sd=0.15, chain="SP1"), seed=7987979101927665, seasons=2_500)
    return hashlib.sha256(json.dumps(tally.as_json(), sort_keys=True).encode()).hexdigest()


def golden_numbers() -> str:
    """Return the hash of some simulated and some exact numbers as they are published, and of the tally above."""
    state = MatchState(Period.SECOND_HALF, 60, 1, 0)
    shares, errors = play_on(1.6, 1.1, state, seed=7987979101927665, n=5_000).probabilities()
    markets = {name: values.round(9).tolist() for name, values in market_arrays(score_grid(1.6, 1.1, -0.08)).items()}
    found = {"tally": golden_tally(), "shares": shares.tolist(), "errors": errors.round(9).tolist(), "markets": markets}
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
