"""Forecasts of matches to come out of fitted parameters and early prices, as they are archived. Pure.

The goals model's forecast is what the API answers for a fixture without odds: blended with Elo, tempered, its grid
reshaped to the outcome. The market's is its prices without their margin. A reference is archived beside each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from auspex.oracle.engine.calibrate import Layer
from auspex.oracle.engine.elo_fit import FittedElo
from auspex.oracle.engine.goals_fit import FittedGoals
from auspex.oracle.engine.grid import reshape_to, score_grid
from auspex.oracle.engine.margins import OddsBelowOneError, OddsInvalidError, remove_margin
from auspex.oracle.engine.markets import totals
from auspex.oracle.engine.pooling import log_pool
from auspex.oracle.engine.risk import band_of, risk_score
from auspex.oracle.engine.walk_forward import Fixture, Forecasts, Versions, forecast_block
from auspex.oracle.model import MARKET_WEIGHT, MODEL_VERSIONS, RISK_BANDS, ModelFamily, Odds

MARKET_VERSION = "market-power-1.0.0"
WITH_ODDS = "goals_with_odds"
DECIMALS = 9
OVER = 3


@dataclass(frozen=True, slots=True)
class Fitted:
    """One version of a model with the layer that follows it; a version made for a backtest is not stored."""

    params_version: str | None
    layer: Layer


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A match to be forecast, over team identifiers, with the early prices known of it."""

    match_id: str
    match_date: date
    season: str
    home_id: str
    away_id: str
    odds: Odds | None = None


@dataclass(frozen=True, slots=True)
class BaseRate:
    """How often home, draw and away happened in earlier seasons, and more than 2.5 goals."""

    probabilities: tuple[float, float, float]
    over_2_5: float


@dataclass(frozen=True, slots=True)
class MatchForecast:
    """What one model says of one match; `payload` is everything that scoring needs later."""

    match_id: str
    model: str
    model_version: str
    payload: dict[str, Any]


def forecast_matches(
    matches: Sequence[Upcoming],
    *,
    competition: str,
    today: date,
    elo: FittedElo,
    elo_from: Fitted,
    goals: FittedGoals | None,
    goals_from: Fitted | None,
    base_rate: BaseRate | None,
) -> list[MatchForecast]:
    """Return the forecasts of both models, of the market and of both together, as far as each can be made."""
    fixtures = [Fixture(match.match_date, match.season, match.home_id, match.away_id) for match in matches]
    block = forecast_block(Versions(elo, goals), fixtures, as_of=today, competition=competition)
    made: list[MatchForecast] = []
    for index, match in enumerate(matches):
        row = block.rows(np.arange(len(block)) == index)
        market = market_of(match.odds)
        facts = _facts(match, competition, market, base_rate)
        made.append(_by_elo(match, row, elo_from, facts))
        if goals is None or goals_from is None:
            continue
        final = goals_from.layer.probabilities(row.ratings, row.rates)[0]
        own = _by_goals(match, row, goals_from, final, facts)
        made.append(own)
        if market is not None:
            made.append(MatchForecast(
                match.match_id, "market", MARKET_VERSION, facts | market | {"model": "market", "params_version": None},
            ))  # fmt: skip
            pooled = log_pool(list(market["probabilities"].values()), final, weight=MARKET_WEIGHT)
            payload = own.payload | _said(pooled.tolist(), _over(row, pooled.tolist()))
            payload |= {"model": WITH_ODDS, "risk": None}
            made.append(MatchForecast(match.match_id, WITH_ODDS, f"{own.model_version}+odds", payload))
    return made


def forecast_past(
    matches: Sequence[Upcoming], rows: Forecasts, *, competition: str, elo_layer: Layer, goals_layer: Layer,
    base_rate: BaseRate | None,
) -> list[MatchForecast]:  # fmt: skip
    """Return what both models would have said of matches of the past; `rows` were forecast walk forward, in order.

    The market is a reference alone: nobody knows whether its prices were there when the forecast would have been made.
    """
    made: list[MatchForecast] = []
    for index, match in enumerate(matches):
        row = rows.rows(np.arange(len(rows)) == index)
        facts = _facts(match, competition, market_of(match.odds), base_rate)
        made.append(_by_elo(match, row, Fitted(None, elo_layer), facts))
        if np.isfinite(row.rates).all():
            final = goals_layer.probabilities(row.ratings, row.rates)[0]
            made.append(_by_goals(match, row, Fitted(None, goals_layer), final, facts))
    return made


def _facts(
    match: Upcoming, competition: str, market: Mapping[str, Any] | None, base_rate: BaseRate | None
) -> dict[str, Any]:  # fmt: skip
    references = {"base_rate": None if base_rate is None else _said(base_rate.probabilities, base_rate.over_2_5),
                  "market": market}  # fmt: skip
    return {"competition": competition, "season": match.season, "match_date": match.match_date.isoformat(),
            "home_id": match.home_id, "away_id": match.away_id, "baselines": references}  # fmt: skip


def market_of(odds: Odds | None) -> dict[str, Any] | None:
    """Return the probabilities that early prices imply, None without three of them or with none of them sensible."""
    if odds is None or odds.draw is None:
        return None
    try:
        outcomes = remove_margin([odds.home, odds.draw, odds.away])
        has_totals = odds.over_2_5 is not None and odds.under_2_5 is not None
        over = float(remove_margin([odds.over_2_5 or 0.0, odds.under_2_5 or 0.0])[0]) if has_totals else None
    except (OddsBelowOneError, OddsInvalidError):
        return None
    return _said(outcomes.tolist(), over)


def _by_elo(match: Upcoming, row: Forecasts, fitted: Fitted, facts: Mapping[str, Any]) -> MatchForecast:
    alone = Forecasts(
        **{name: getattr(row, name) for name in Forecasts.__slots__ if name != "rates"},
        rates=np.full_like(row.rates, np.nan),
    )
    payload = dict(facts) | _said(row.elo[0].tolist(), None)
    payload |= {"model": "elo", "params_version": fitted.params_version, "risk": _risk(alone, Layer(), fitted.layer)}
    return MatchForecast(match.match_id, "elo", MODEL_VERSIONS[ModelFamily.ELO], payload)


def _by_goals(match: Upcoming, row: Forecasts, fitted: Fitted, final: Any, facts: Mapping[str, Any]) -> MatchForecast:
    outcomes = final.tolist()
    payload = dict(facts) | _said(outcomes, _over(row, outcomes))
    payload |= {
        "model": "goals", "params_version": fitted.params_version, "risk": _risk(row, fitted.layer, fitted.layer),
    }  # fmt: skip
    return MatchForecast(match.match_id, "goals", MODEL_VERSIONS[ModelFamily.GOALS], payload)


def _over(row: Forecasts, outcomes: Sequence[float]) -> float:
    """Return the probability of three goals and more on the grid that agrees with the outcomes."""
    home_rate, away_rate, rho = row.rates[0, :3]
    grid = reshape_to(score_grid(home_rate, away_rate, rho), list(outcomes))
    return float(totals(grid)[OVER:].sum())


def _risk(row: Forecasts, layer: Layer, thresholds_of: Layer) -> dict[str, Any]:
    score = float(risk_score(layer.averaged(row))[0])
    thresholds = thresholds_of.thresholds if thresholds_of.matches else RISK_BANDS[3]
    return {
        "score": round(score, DECIMALS), "band": band_of(score, thresholds).value,
        "thresholds": {"medium": thresholds[0], "high": thresholds[1]},
    }  # fmt: skip


def _said(probabilities: Sequence[float], over: float | None) -> dict[str, Any]:
    home, draw, away = (round(float(p), DECIMALS) for p in probabilities)
    return {
        "probabilities": {"home": home, "draw": draw, "away": away},
        "over_2_5": None if over is None else round(over, DECIMALS),
    }
