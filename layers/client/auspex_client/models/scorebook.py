"""What `scorebook` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model


class Bin(Model):
    """Forecasts between two probabilities: how often that was said, and how often it came true (Wilson interval)."""

    high: float
    low: float
    mean_forecast: float
    n: int
    observed: float
    observed_high: float
    observed_low: float


class Estimate(Model):
    """A figure with the 95 % interval of a bootstrap over days; no interval for fewer than ten days."""

    high: float | None
    low: float | None
    value: float


class Reliability(Model):
    """Ten bins of probability, and the expected calibration error over them."""

    bins: list[Bin]
    ece: float
    n: int


class Skill(Model):
    """A score against a baseline's on the same predictions: 1 is perfect, 0 no better, below 0 worse."""

    baseline: str
    baseline_score: float
    metric: str
    n: int
    score: float
    skill: Estimate | None


class ModelFigures(Model):
    """One model version on one target."""

    archived: int
    days: int
    first_due_on: dt.date
    indicators: dict[str, Estimate]
    insufficient: bool
    last_due_on: dt.date
    model_version: str
    n: int
    reliability: Reliability | None
    scores: dict[str, Estimate]
    skills: list[Skill]
    target: str
    unscored: int
    void: int


class ProductFigures(Model):
    """A product's predictions in a window: issued by its schedules, live, archived before the outcome, never edited."""

    models: list[ModelFigures]
    n: int
    product: str
    since: dt.date
    truncated: bool
    until: dt.date
    window_days: int
    issuer: Literal["schedule"] | str | None = None
    origin: Literal["live"] | str | None = None
