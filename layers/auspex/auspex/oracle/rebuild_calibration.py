"""Build the calibration table out of the scorebook: what the public reads can be computed from it again at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, load_sql, transaction
from auspex.oracle.calibration_figures import OUTCOMES, ScoredForecast, calibration_bins, calibration_metrics
from auspex.oracle.forecast_scores import TARGET

SQL = load_sql(Path(__file__).with_name("calibration_store.sql"))
ALL = "*"
PAGE_ROWS = 2_000
Origin = Literal["live", "backtest"]
Key = tuple[str, str, str, str]
"""Model, version of the model, competition, season; `*` stands for all competitions or seasons."""


def rebuild_calibration(at: datetime) -> int:
    """Rebuild both origins, never mixed; returns how many rows the table has."""
    built = 0
    for origin in ("live", "backtest"):
        with transaction() as connection:
            rows = [_row(origin, key, group) for key, group in sorted(_groups(connection, origin).items())]
            connection.execute(SQL["upsert_calibration"], {"rows": Jsonb(rows), "at": at})
        built += len(rows)
    return built


def scored_forecast(payload: Mapping[str, Any], outcome: Mapping[str, Any]) -> ScoredForecast:
    """Return an archived forecast with its outcome as the figures need it."""
    home, away = int(outcome["home_goals"]), int(outcome["away_goals"])
    baselines = payload.get("baselines") or {}
    risk = payload.get("risk") or {}
    thresholds = risk.get("thresholds")
    return ScoredForecast(
        match_date=date.fromisoformat(payload["match_date"]), probabilities=_three(payload["probabilities"]),
        outcome=0 if home > away else 1 if home == away else 2, total_goals=home + away,
        base_rate=_reference(baselines.get("base_rate")), market=_reference(baselines.get("market")),
        over_2_5=payload.get("over_2_5"), risk_score=risk.get("score"),
        thresholds=None if thresholds is None else (float(thresholds["medium"]), float(thresholds["high"])),
    )  # fmt: skip


def _groups(connection: Connection, origin: str) -> dict[Key, list[ScoredForecast]]:
    groups: dict[Key, list[ScoredForecast]] = defaultdict(list)
    for row in _scored(connection, origin):
        if row["target"] != TARGET:
            continue
        payload = row["payload"]
        forecast = scored_forecast(payload, row["outcome"])
        for competition in (payload["competition"], ALL):
            for season in (payload["season"], ALL):
                groups[payload["model"], row["model_version"], competition, season].append(forecast)
    return groups


def _scored(connection: Connection, origin: str) -> Iterator[dict[str, Any]]:
    after = ""
    while True:
        page = fetch_all(
            connection, SQL["list_scored_forecasts"], {"origin": origin, "after": after, "rows_max": PAGE_ROWS}
        )
        yield from page
        if len(page) < PAGE_ROWS:
            return
        after = page[-1]["prediction_id"]


def _row(origin: str, key: Key, forecasts: list[ScoredForecast]) -> dict[str, Any]:
    model, model_version, competition, season = key
    return {
        "origin": origin, "model": model, "model_version": model_version, "competition": competition,
        "season": season, "n": len(forecasts), "metrics": calibration_metrics(forecasts),
        "bins": calibration_bins(forecasts),
    }  # fmt: skip


def _three(said: Mapping[str, Any]) -> tuple[float, float, float]:
    home, draw, away = (float(said[name]) for name in OUTCOMES)
    return home, draw, away


def _reference(said: Mapping[str, Any] | None) -> tuple[float, float, float] | None:
    return None if said is None else _three(said["probabilities"])
