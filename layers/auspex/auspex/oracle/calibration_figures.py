"""Figures of calibration from scored forecasts, and from nothing else (ORACLE 7.10). Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from auspex.core.limits import CALIBRATION_MATCHES_MIN
from auspex.oracle.engine.risk import band_table
from auspex.oracle.engine.scores import (
    Floats,
    Integers,
    brier,
    expected_calibration_error,
    logarithmic,
    mean_interval,
    ranked_probability,
    reliability,
    skill_interval,
)

DECIMALS = 9
FRIDAY = 4
OUTCOMES = ("home", "draw", "away")


@dataclass(frozen=True, slots=True)
class ScoredForecast:
    """One forecast with its outcome (0 home, 1 draw, 2 away), the total of goals, and the references of its moment."""

    match_date: date
    probabilities: tuple[float, float, float]
    outcome: int
    total_goals: int
    base_rate: tuple[float, float, float] | None = None
    market: tuple[float, float, float] | None = None
    over_2_5: float | None = None
    risk_score: float | None = None
    thresholds: tuple[float, float] | None = None


def match_week(day: date) -> int:
    """Return the number of the week from Friday to Thursday that a day lies in."""
    return (day.toordinal() - 1 - FRIDAY) // 7


def calibration_metrics(forecasts: Sequence[ScoredForecast]) -> dict[str, Any] | None:
    """Return means with 95 % bootstrap intervals by match-week, skill on the same matches, ECE, bands, over 2.5.

    None for fewer than CALIBRATION_MATCHES_MIN forecasts. Numbers have nine decimals; equal forecasts in any order of
    equal days give equal figures.
    """
    if len(forecasts) < CALIBRATION_MATCHES_MIN:
        return None
    rows = sorted(forecasts, key=lambda row: (row.match_date, row.probabilities, row.outcome))
    probabilities = np.array([row.probabilities for row in rows])
    outcomes = np.array([row.outcome for row in rows], dtype=np.int64)
    weeks = np.array([match_week(row.match_date) for row in rows], dtype=np.int64)
    ranked = ranked_probability(probabilities, outcomes)
    over = [(row.over_2_5, row.total_goals) for row in rows if row.over_2_5 is not None]
    metrics = {
        "rps": _mean(ranked, weeks),
        "brier": _mean(brier(probabilities, outcomes), weeks),
        "log_loss": _mean(logarithmic(probabilities, outcomes), weeks),
        "skill": {
            "base_rate": _skill(rows, ranked, outcomes, weeks, "base_rate"),
            "market": _skill(rows, ranked, outcomes, weeks, "market"),
        },
        "expected_calibration_error": expected_calibration_error(reliability(probabilities, outcomes)),
        "over_2_5_brier": math.fsum((p - (goals > 2.5)) ** 2 for p, goals in over) / len(over) if over else None,
        "bands": _bands(rows, probabilities, outcomes),
    }
    rounded: dict[str, Any] = _rounded(metrics)
    return rounded


def calibration_bins(forecasts: Sequence[ScoredForecast]) -> list[dict[str, Any]] | None:
    """Return the reliability bins over the pooled outcomes with Wilson's intervals, None for too few forecasts."""
    if len(forecasts) < CALIBRATION_MATCHES_MIN:
        return None
    rows = sorted(forecasts, key=lambda row: (row.match_date, row.probabilities, row.outcome))
    probabilities = np.array([row.probabilities for row in rows])
    bins = reliability(probabilities, np.array([row.outcome for row in rows], dtype=np.int64))
    shown: list[dict[str, Any]] = [
        _rounded({
            "low": b.low, "high": b.high, "n": b.n, "mean_forecast": b.mean_forecast, "observed": b.observed,
            "observed_low": b.observed_low, "observed_high": b.observed_high,
        })
        for b in bins
    ]  # fmt: skip
    return shown


def _mean(values: Floats, weeks: Integers) -> dict[str, float]:
    low, high = mean_interval(values, weeks)
    return {"value": float(values.mean()), "low": low, "high": high}


def _skill(
    rows: Sequence[ScoredForecast], ranked: Floats, outcomes: Integers, weeks: Integers, reference: str
) -> dict[str, float] | None:
    known = np.array([getattr(row, reference) is not None for row in rows])
    if int(known.sum()) < CALIBRATION_MATCHES_MIN:
        return None
    said = np.array([getattr(row, reference) for row in rows if getattr(row, reference) is not None])
    value, low, high = skill_interval(ranked[known], ranked_probability(said, outcomes[known]), weeks[known])
    return {"value": value, "low": low, "high": high, "n": int(known.sum())}


def _bands(rows: Sequence[ScoredForecast], probabilities: Floats, outcomes: Integers) -> list[dict[str, Any]] | None:
    judged = np.array([row.risk_score is not None and row.thresholds is not None for row in rows])
    if not judged.any():
        return None
    scores = np.array([row.risk_score for row, known in zip(rows, judged, strict=True) if known], dtype=np.float64)
    pairs = np.array([row.thresholds for row, known in zip(rows, judged, strict=True) if known], dtype=np.float64)
    return [
        {"band": share.band.value, "n": share.n, "share": share.share, "forecast": share.forecast,
         "observed": share.observed}
        for share in band_table(probabilities[judged], scores, outcomes[judged], pairs)
    ]  # fmt: skip


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return round(value, DECIMALS)
        case Mapping():
            return {name: _rounded(part) for name, part in value.items()}
        case list():
            return [_rounded(part) for part in value]
        case _:
            return value
