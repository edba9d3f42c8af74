"""Leagues whose true strengths are known: seasons of a double round robin with goals and shots from Poisson draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.history import PlayedMatch

FIRST_DAY = date(2010, 8, 13)
"""A Friday, as all rounds are: the day that a week's parameters are of."""
SHOTS_PER_GOAL = 3.0


@dataclass(frozen=True)
class SyntheticLeague:
    """The truth and what was played of it."""

    teams: tuple[str, ...]
    attack: npt.NDArray[np.float64]
    defence: npt.NDArray[np.float64]
    intercept: float
    home_advantage: float
    matches: tuple[PlayedMatch, ...]

    @property
    def after(self) -> date:
        """The day after the last match."""
        return self.matches[-1].day + timedelta(days=1)

    def log_rates(self, home: str, away: str) -> tuple[float, float]:
        """ln λ and ln μ as they are."""
        i, j = self.teams.index(home), self.teams.index(away)
        home_rate = self.intercept + self.home_advantage + self.attack[i] - self.defence[j]
        return float(home_rate), float(self.intercept + self.attack[j] - self.defence[i])


def synthetic_league(seed: int, *, teams: int = 12, seasons: int = 2, spread: float = 0.3) -> SyntheticLeague:
    """Draw strengths and play the seasons, one round a week."""
    generator = np.random.default_rng(seed)
    attack, defence = generator.normal(0, spread, teams), generator.normal(0, spread, teams)
    names = tuple(f"Team {index:02d}" for index in range(teams))
    league = SyntheticLeague(names, attack, defence, 0.1, 0.25, ())
    matches: list[PlayedMatch] = []
    for season in range(seasons):
        pairs = generator.permutation([(i, j) for i in range(teams) for j in range(teams) if i != j])
        for number, (i, j) in enumerate(pairs):
            rates = np.exp(league.log_rates(names[i], names[j]))
            goals, misses = generator.poisson(rates), generator.poisson(rates * (SHOTS_PER_GOAL - 1))
            day = FIRST_DAY + timedelta(days=364 * season + 7 * (number // (teams // 2)))
            matches.append(
                PlayedMatch(
                    day,
                    f"{2010 + season}/{11 + season}",
                    names[i],
                    names[j],
                    int(goals[0]),
                    int(goals[1]),
                    int(goals[0] + misses[0]),
                    int(goals[1] + misses[1]),
                )
            )
    return SyntheticLeague(names, attack, defence, 0.1, 0.25, tuple(matches))
