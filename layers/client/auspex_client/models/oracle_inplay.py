"""What `oracle.inplay` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.model import Model
from auspex_client.models.shared import Explanation, Outcomes


class FinalScore(Model):
    """A final score with its simulated share."""

    away: int
    home: int
    probability: float
    standard_error: float


class Mean(Model):
    """A simulated mean and its standard error."""

    mean: float
    standard_error: float


class GoalsLeft(Model):
    """Goals still to come of each side."""

    away: Mean
    home: Mean


class InplayRun(Model):
    """How the answer was simulated, enough to do it again."""

    fingerprint: str
    mc_standard_error: float
    model: Literal["elo", "goals"] | str
    model_version: str
    n: int
    params_version: str | None
    seed: int


Period = Literal["first_half", "half_time", "second_half", "full_time"] | str


class StateIn(Model):
    """Where the match stands; `minute` runs to 47 in the first half and from 45 to 94 in the second."""

    away_goals: int
    home_goals: int
    minute: int
    period: Period
    away_red: int | None = None
    home_red: int | None = None


class Inplay(Model):
    """How a match under way may end; every share is simulated and has its standard error."""

    away: str
    explanation: Explanation
    final_scores: list[FinalScore]
    home: str
    method: Literal["simulation"] | str
    probabilities: Outcomes
    rates: dict[str, float]
    remaining_goals: GoalsLeft
    run: InplayRun
    share_left: float
    standard_errors: Outcomes
    state: StateIn
