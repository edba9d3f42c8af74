"""A match from where it stands, minute by minute (ORACLE 7.6): scoring depends on the score and on sendings-off.

No closed form: the rates of both sides change with what happens. Every run draws goals and cards of every minute left,
from a stream whose numbers belong to the minute; two forecasts with one seed therefore share their luck. The low-score
correction ρ has no part here: what it stands for, the state of the score now does itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.draws import Stream, poisson_counts
from auspex.oracle.engine.monte_carlo import mean_error, share_error
from auspex.oracle.engine.sendings_off import SENDINGS_OFF

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int8]

STAGE = 2
"""Spawn key of in-play runs."""
FIRST_HALF_MINUTES, SECOND_HALF_MINUTES = 47, 49
"""To 45+2 and 90+4."""
FIRST_HALF_SHARE, SECOND_HALF_SHARE = 0.44, 0.56
SECOND_HALF_BEGINS = 45
CARDS_MAX = 8


class Period(StrEnum):
    """Where a match is."""

    FIRST_HALF = "first_half"
    HALF_TIME = "half_time"
    SECOND_HALF = "second_half"
    FULL_TIME = "full_time"


class MinuteOutOfRangeError(ValueError):
    """A minute that its period does not have."""


@dataclass(frozen=True, slots=True)
class MatchState:
    """The score, the cards and the clock: `minute` counts from 0 to 47 in the first half, 45 to 94 in the second."""

    period: Period
    minute: int
    home_goals: int
    away_goals: int
    home_red: int = 0
    away_red: int = 0


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How rates react. `by_lead` are factors for behind by 2 or more, by 1, level, ahead by 1, by 2 or more.

    Each sending-off multiplies the own rate and the opponent's; `sendings_off` are new ones of home and away in a
    whole match.
    """

    by_lead: tuple[float, float, float, float, float] = (1.06, 1.04, 0.98, 1.01, 1.08)
    own_red: float = 2 / 3
    opponent_red: float = 5 / 4
    sendings_off: tuple[float, float] = SENDINGS_OFF


@dataclass(frozen=True, slots=True)
class InplayRuns:
    """Final scores of n runs, and the goals that had been scored before them."""

    home_goals: Counts
    away_goals: Counts
    state: MatchState

    @property
    def outcomes(self) -> npt.NDArray[np.bool_]:
        """Return who won each run, shape (n, 3) in the order home, draw, away."""
        home, away = self.home_goals, self.away_goals
        return np.stack((home > away, home == away, home < away), axis=1)

    def probabilities(self) -> tuple[Floats, Floats]:
        """Return home, draw, away and their standard errors."""
        shares = self.outcomes.mean(axis=0)
        return shares, share_error(shares, len(self.home_goals))

    def remaining_goals(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return (mean, standard error) of the goals still to come, for home and away."""
        left = (self.home_goals - self.state.home_goals, self.away_goals - self.state.away_goals)
        home, away = ((float(goals.mean()), mean_error(goals)) for goals in left)
        return home, away

    def top_scores(self, count: int = 10) -> list[tuple[int, int, float, float]]:
        """Return the likeliest final scores: home, away, share, standard error; equal ones in order of the score."""
        pairs = self.home_goals.astype(np.int64) * 128 + self.away_goals
        seen, times = np.unique(pairs, return_counts=True)
        order = np.argsort(-times, kind="stable")[:count]
        shares = times[order] / len(pairs)
        errors = share_error(shares, len(pairs))
        rows = zip(seen[order].tolist(), shares.tolist(), errors.tolist(), strict=True)
        return [(pair // 128, pair % 128, share, error) for pair, share, error in rows]


def minutes_left(state: MatchState) -> tuple[int, int]:
    """Return the minutes left of the first and of the second half. Raises MinuteOutOfRangeError."""
    if state.period is Period.FIRST_HALF:
        if not 0 <= state.minute <= FIRST_HALF_MINUTES:
            raise MinuteOutOfRangeError(f"the first half has minutes 0 to {FIRST_HALF_MINUTES}")
        return FIRST_HALF_MINUTES - state.minute, SECOND_HALF_MINUTES
    if state.period is Period.SECOND_HALF:
        last = SECOND_HALF_BEGINS + SECOND_HALF_MINUTES
        if not SECOND_HALF_BEGINS <= state.minute <= last:
            raise MinuteOutOfRangeError(f"the second half has minutes {SECOND_HALF_BEGINS} to {last}")
        return 0, last - state.minute
    return 0, SECOND_HALF_MINUTES if state.period is Period.HALF_TIME else 0


def share_left(state: MatchState) -> float:
    """Return the share of a whole match's goals that is still expected when nothing reacts, 0 to 1."""
    first, second = minutes_left(state)
    return FIRST_HALF_SHARE * first / FIRST_HALF_MINUTES + SECOND_HALF_SHARE * second / SECOND_HALF_MINUTES


def play_on(
    home_rate: float, away_rate: float, state: MatchState, *, seed: int, n: int, dynamics: Dynamics | None = None
) -> InplayRuns:
    """Play the rest of a match n times from goal rates of the whole match; returns the final scores."""
    dynamics = dynamics or Dynamics()
    first, second = minutes_left(state)
    stream = Stream(seed, (STAGE,))
    home = _Side(n, state.home_goals, state.home_red)
    away = _Side(n, state.away_goals, state.away_red)
    by_lead = np.array(dynamics.by_lead)
    cards = np.arange(CARDS_MAX + 1)
    by_cards = dynamics.own_red ** cards[:, None] * dynamics.opponent_red**cards
    minutes = FIRST_HALF_MINUTES + SECOND_HALF_MINUTES
    home_card, away_card = (1 - np.exp(-match / minutes) for match in dynamics.sendings_off)
    shares = [FIRST_HALF_SHARE / FIRST_HALF_MINUTES] * first + [SECOND_HALF_SHARE / SECOND_HALF_MINUTES] * second
    for share in shares:
        uniform = stream.uniforms((4, n))
        lead = np.clip(home.goals - away.goals, -2, 2) + 2
        home_goals = home_rate * share * by_lead[lead] * by_cards[home.red, away.red]
        away_goals = away_rate * share * by_lead[4 - lead] * by_cards[away.red, home.red]
        home.goals += poisson_counts(home_goals, uniform[0])
        away.goals += poisson_counts(away_goals, uniform[1])
        home.send_off(uniform[2] < home_card)
        away.send_off(uniform[3] < away_card)
    return InplayRuns(home.goals, away.goals, state)


class _Side:
    """Goals and cards of one side in every run."""

    def __init__(self, n: int, goals: int, red: int) -> None:
        self.goals: Counts = np.full(n, goals, dtype=np.int8)
        self.red: npt.NDArray[np.int64] = np.full(n, min(red, CARDS_MAX), dtype=np.int64)

    def send_off(self, happened: npt.NDArray[np.bool_]) -> None:
        self.red = np.minimum(self.red + happened, CARDS_MAX)
