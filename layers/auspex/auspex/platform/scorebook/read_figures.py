"""The public figures of a product: of its schedules' predictions alone, live and backtest never mixed.

Read from the blocks that scoring keeps, so that the work depends on days and models, not on predictions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.database import Connection, fetch_all, load_sql
from auspex.core.limits import SCOREBOOK_MODELS_MAX, SCOREBOOK_PREDICTIONS_MIN
from auspex.core.problems import NotFound
from auspex.platform.scorebook.figures import (
    Bin,
    Estimate,
    estimate_mean,
    estimate_skill,
    expected_calibration_error,
    reliability_bin,
)
from auspex.platform.scorebook.model import PRODUCTS, Origin

SQL = load_sql(Path(__file__).with_suffix(".sql"))
Model = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FigureQuery:
    """What of a scorebook is asked for; the window counts back from the day of the question, by due days in UTC."""

    product: str
    window_days: int
    target: str | None = None
    model_version: str | None = None
    origin: Origin = "live"


@dataclass(frozen=True, slots=True)
class Skill:
    """A score against a baseline's on the same predictions."""

    baseline: str
    metric: str
    n: int
    score: float
    baseline_score: float
    skill: Estimate | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often what was said came true."""

    n: int
    ece: float
    bins: list[Bin]


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One model version on one target. `insufficient` figures are withheld: they would say more about luck."""

    target: str
    model_version: str
    first_due_on: date
    last_due_on: date
    archived: int
    n: int
    void: int
    unscored: int
    days: int
    insufficient: bool
    scores: dict[str, Estimate]
    indicators: dict[str, Estimate]
    skills: list[Skill]
    reliability: Reliability | None


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """A product's figures; `truncated` when there are more models than one reply shows."""

    since: date
    until: date
    n: int
    models: list[ModelFigures]
    truncated: bool


def read_figures(connection: Connection, query: FigureQuery, *, at: datetime) -> ProductFigures:
    """Return the figures of a window that ends today. Raises NotFound for a product that never archived anything."""
    until = at.date()
    since = until - timedelta(days=query.window_days)
    window: dict[str, Any] = {"product": query.product, "origin": query.origin, "since": since, "until": until}
    asked = {"target": query.target, "model_version": query.model_version, "rows_max": SCOREBOOK_MODELS_MAX + 1}
    found = fetch_all(connection, SQL["list_scored_models"], window | asked)
    if not found and query.product not in PRODUCTS:
        _require_scorebook(connection, window)
    shown = found[:SCOREBOOK_MODELS_MAX]
    wanted = window | {
        "targets": [row["target"] for row in shown],
        "model_versions": [row["model_version"] for row in shown],
    }
    series = _by_model(fetch_all(connection, SQL["read_score_series"], wanted))
    bins = _by_model(fetch_all(connection, SQL["read_reliability"], wanted))
    models = [_figures(row, series[_model(row)], bins[_model(row)]) for row in shown]
    return ProductFigures(
        since=since, until=until, n=sum(model.n for model in models), models=models,
        truncated=len(found) > len(shown),
    )  # fmt: skip


def _require_scorebook(connection: Connection, window: dict[str, Any]) -> None:
    ever = window | {"since": date.min, "until": date.max, "target": None, "model_version": None, "rows_max": 1}
    if not fetch_all(connection, SQL["list_scored_models"], ever):
        raise NotFound(detail=f"There is no scorebook of {window['product']}.")


def _model(row: dict[str, Any]) -> Model:
    return row["target"], row["model_version"]


def _by_model(rows: list[dict[str, Any]]) -> dict[Model, list[dict[str, Any]]]:
    grouped: dict[Model, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[_model(row)].append(row)
    return grouped


def _figures(model: dict[str, Any], series: list[dict[str, Any]], bins: list[dict[str, Any]]) -> ModelFigures:
    """Work out one model's figures from its series."""
    counts = {row["metric"]: sum(row["counts"]) for row in series if row["kind"] == "count"}
    scored_days = next((len(row["days"]) for row in series if row["metric"] == "scored" and row["kind"] == "count"), 0)
    n, void = counts.get("scored", 0), counts.get("void", 0)
    insufficient = n < SCOREBOOK_PREDICTIONS_MIN
    shown = [] if insufficient else sorted(series, key=lambda row: (row["metric"], row["baseline"]))
    return ModelFigures(
        **{name: model[name] for name in ("target", "model_version", "first_due_on", "last_due_on", "archived")},
        n=n, void=void, unscored=max(0, model["due"] - n - void), days=scored_days, insufficient=insufficient,
        scores={row["metric"]: _mean(row) for row in shown if row["kind"] == "score"},
        indicators={row["metric"]: _mean(row) for row in shown if row["kind"] == "indicator"},
        skills=[_skill(row) for row in shown if row["kind"] == "baseline"],
        reliability=None if insufficient or not bins else _reliability(bins),
    )  # fmt: skip


def _mean(row: dict[str, Any]) -> Estimate:
    return estimate_mean(row["counts"], row["totals"])


def _skill(row: dict[str, Any]) -> Skill:
    n = sum(row["counts"])
    return Skill(
        baseline=row["baseline"], metric=row["metric"], n=n, score=sum(row["own_totals"]) / n,
        baseline_score=sum(row["totals"]) / n, skill=estimate_skill(row["own_totals"], row["totals"]),
    )  # fmt: skip


def _reliability(rows: list[dict[str, Any]]) -> Reliability:
    bins = [
        reliability_bin(row["bin"], n=row["n"], forecast_total=row["forecast"], observed_total=row["observed"])
        for row in rows
    ]
    return Reliability(n=sum(b.n for b in bins), ece=expected_calibration_error(bins), bins=bins)
