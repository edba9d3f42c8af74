"""What `oracle.simulations` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict

from auspex_client.model import Model
from auspex_client.models.shared import (
    Depth,
    Devig,
    Explanation,
    GoalsIn,
    LeverIn,
    ModelFamily,
    OddsIn,
    Outcomes,
    ScenarioIn,
    SideIn,
    Sport,
)


class FixtureIn(TypedDict):
    """A fixture: two sides, and strengths, a competition, expected goals or odds to compute from."""

    as_of: NotRequired[dt.date | None]
    away: SideIn
    competition: NotRequired[str | None]
    devig: NotRequired[Devig]
    goals: NotRequired[GoalsIn | None]
    home: SideIn
    home_advantage: NotRequired[float | None]
    kickoff: NotRequired[dt.datetime | None]
    levers: NotRequired[Sequence[LeverIn]]
    market_weight: NotRequired[float]
    model: NotRequired[ModelFamily]
    neutral: NotRequired[bool]
    odds: NotRequired[OddsIn | None]
    scenarios: NotRequired[Sequence[ScenarioIn]]
    sport: NotRequired[Sport]


class Headline(Model):
    """The likeliest outcome, even when it is the draw, and how settled the match is."""

    confidence: Literal["high", "moderate", "low"] | str
    outcome: Literal["home", "draw", "away"] | str
    probability: float


class Narrative(Model):
    """The explanation as worded by `source`: `core` is the template, else `<provider>/<model>`."""

    source: str
    text: str


class Thresholds(Model):
    """Where MEDIUM and HIGH begin on the risk score."""

    high: float
    medium: float


class Risk(Model):
    """How open the match is, 0 to 100: entropy of the averaged forecast, split by where it comes from."""

    band: Literal["LOW", "MEDIUM", "HIGH"] | str
    mean_probabilities: Outcomes
    outcome: float
    parameter: float
    score: float
    thresholds: Thresholds


class Run(Model):
    """How the answer was computed, enough to compute it again; `mc_standard_error` is null for exact answers."""

    depth: Depth
    fingerprint: str
    mc_standard_error: float | None
    method: Literal["exact", "simulation"] | str
    model: Literal["elo", "goals"] | str
    model_version: str
    n: int
    params_version: str | None
    seed: int


class Score(Model):
    """What happened, and the proper scores of the archived forecast; smaller is closer."""

    outcome: dict[str, Any]
    scored_at: dt.datetime
    scores: dict[str, float]


class TrackRecord(Model):
    """How good this model's archived forecasts of the competition were; null figures for too few."""

    n: int
    rps: float | None
    skill_vs_base: float | None


class Simulation(Model):
    """An answer. Everything but id, narrative, origin, reference, score and times follows from its fingerprint alone.

    Parts that the depth does not have are null.
    """

    client_reference: str | None
    created_at: dt.datetime
    data_quality: dict[str, Any]
    explanation: Explanation
    fixture: dict[str, Any]
    headline: Headline
    id: str
    method: Literal["exact", "simulation"] | str
    narrative: Narrative
    origin: Literal["live", "backtest"] | str
    probabilities: Outcomes
    result_sha256: str
    risk: Risk
    run: Run
    calibration: TrackRecord | None = None
    comparison: dict[str, Any] | None = None
    factors: dict[str, Any] | None = None
    histogram: dict[str, Any] | None = None
    lessons: list[str] | None = None
    markets: dict[str, Any] | None = None
    outcome_spread: dict[str, Any] | None = None
    probability_intervals: dict[str, Any] | None = None
    rates: dict[str, float] | None = None
    scenarios: list[dict[str, Any]] | None = None
    score: Score | None = None
    scorelines: dict[str, Any] | None = None
    sensitivity: list[dict[str, Any]] | None = None
    worked_steps: list[dict[str, Any]] | None = None
