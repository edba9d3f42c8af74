"""A league drawn with known strengths, the same on every machine: what goals models are timed on."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import numpy as np

from auspex.oracle.engine.grid import rates_win_draw_loss
from auspex.oracle.engine.history import Floats, PlayedMatch

TEAMS = tuple(f"team-{letter}" for letter in "abcdefghijklmnopqrst")
PAIRS = tuple(itertools.permutations(range(len(TEAMS)), 2))
SEASONS = 4
FIRST_DAY = date(2020, 8, 1)
DAYS_A_SEASON = 280
STRENGTHS = np.linspace(0.35, -0.35, len(TEAMS))
HOME_LOG, AWAY_LOG = 0.35, 0.1
COUNTS_PER_GOAL = (3.2, 9.0, 3.8)
"""Shots on target, shots and corners for a goal."""
LAST_DAY = FIRST_DAY + timedelta(days=365 * (SEASONS - 1) + DAYS_A_SEASON)
AFTER = LAST_DAY + timedelta(days=1)
SEASON = f"{FIRST_DAY.year + SEASONS - 1}/{(FIRST_DAY.year + SEASONS) % 100}"


def true_rates(home: int, away: int) -> Floats:
    """Return λ and μ of a pair of teams."""
    gap = float(STRENGTHS[home] - STRENGTHS[away])
    return np.asarray(np.exp(np.array([HOME_LOG + gap, AWAY_LOG - gap])))


def true_home_wins() -> Floats:
    """Return the probability of a home win of every pair, in the order of PAIRS."""
    rates = np.array([true_rates(*pair) for pair in PAIRS])
    return np.asarray(rates_win_draw_loss(rates[:, 0], rates[:, 1], 0.0)[:, 0])


def drawn_league(seed: int = 1) -> list[PlayedMatch]:
    """Return 1,520 matches of 20 teams in four seasons, with shots and corners, oldest first."""
    draw = np.random.default_rng(seed)
    matches: list[PlayedMatch] = []
    for season in range(SEASONS):
        first = FIRST_DAY + timedelta(days=365 * season)
        label = f"{first.year}/{(first.year + 1) % 100}"
        for number, place in enumerate(draw.permutation(len(PAIRS)).tolist()):
            home, away = PAIRS[place]
            goals, target, shots, corners = (
                draw.poisson(true_rates(home, away) * per).tolist() for per in (1.0, *COUNTS_PER_GOAL)
            )
            day = first + timedelta(days=number * DAYS_A_SEASON // len(PAIRS))
            matches.append(PlayedMatch(
                day, label, TEAMS[home], TEAMS[away], *goals, *target, *shots, *corners
            ))  # fmt: skip
    return matches
