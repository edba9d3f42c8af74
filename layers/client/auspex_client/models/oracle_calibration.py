"""What `oracle.calibration` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model


class RecordBand(Model):
    """A risk band: its share of all forecasts, and how often its favourites were expected to win and did."""

    band: Literal["LOW", "MEDIUM", "HIGH"] | str
    forecast: float | None
    n: int
    observed: float | None
    share: float


class RecordBin(Model):
    """Forecasts of one tenth of the probability scale, outcomes pooled, with Wilson's interval of what was observed."""

    high: float
    low: float
    mean_forecast: float
    n: int
    observed: float
    observed_high: float
    observed_low: float


class RecordFigure(Model):
    """A figure with its 95 % bootstrap interval by match-week; `n` where it stands on fewer forecasts than the rest."""

    high: float
    low: float
    value: float
    n: int | None = None


class RecordSkill(Model):
    """1 - RPS / RPS of the reference on the same matches; null where too few have the reference."""

    base_rate: RecordFigure | None
    market: RecordFigure | None


class RecordMetrics(Model):
    """Means over all forecasts; the smaller, the closer."""

    bands: list[RecordBand] | None
    brier: RecordFigure
    expected_calibration_error: float
    log_loss: RecordFigure
    over_2_5_brier: float | None
    rps: RecordFigure
    skill: RecordSkill


class Calibration(Model):
    """The record of one model version: the last forecast before kick-off of each match, scored and never edited."""

    bins: list[RecordBin] | None
    built_at: dt.datetime
    competition: str | None
    insufficient: bool
    metrics: RecordMetrics | None
    model: str
    model_version: str
    n: int
    origin: Literal["live", "backtest"] | str
    season: str | None
