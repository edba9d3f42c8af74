"""Archive what the models would have said of completed seasons: backtests, never mixed with what was said live.

The forecasts are those that teach the layer of a new season, each from parameters of the days before its week. A season
is archived once: later corrections of its results change scores, never forecasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from auspex.core.clock import format_instant
from auspex.core.database import Connection
from auspex.oracle.base_rates import base_rate_of
from auspex.oracle.engine.calibrate import Layer, layers_of
from auspex.oracle.engine.walk_forward import Forecasts
from auspex.oracle.fixture_reads import has_backtest
from auspex.oracle.forecast_scores import PRODUCT, SUBJECT, TARGET, outcome_at, outcome_of
from auspex.oracle.match_forecasts import MatchForecast, Upcoming, forecast_past
from auspex.oracle.match_store import early_odds, results_before
from auspex.oracle.seasons import season_begins
from auspex.platform.scorebook.archive import archive_predictions, record_outcomes
from auspex.platform.scorebook.model import Prediction

BEFORE_MIDNIGHT = timedelta(seconds=1)
"""Parameters of a day stand on the days before it: a forecast from them could be made as soon as these were over."""


def archive_backtest(connection: Connection, competition: str, taught: Forecasts, *, at: datetime) -> int:
    """Archive forecasts of each completed season that has none yet, with its outcomes; returns how many are new.

    In the transaction of the fit that made them: archiving for this product waits until it ends.
    """
    played = {(row["match_date"].toordinal(), row["home_id"], row["away_id"]): row
              for row in results_before(connection, competition, at.date())}  # fmt: skip
    seasons = sorted(set(taught.seasons.tolist()))
    archived = 0
    for number, season in enumerate(seasons):
        rows = taught.rows(taught.seasons == season)
        keys = zip(rows.days.tolist(), rows.home.tolist(), rows.away.tolist(), strict=True)
        matches = [played[key] for key in keys]
        earlier = taught.rows(taught.seasons < season)
        if has_backtest(connection, [SUBJECT + match["match_id"] for match in matches]):
            continue
        layers = layers_of(earlier, seasons=seasons[:number], competition=competition) if number else (Layer(), Layer())
        forecasts = _forecasts(connection, competition, matches, rows, layers)
        archived += _archive(connection, forecasts, matches, rows, at=at)
    return archived


def _forecasts(
    connection: Connection, competition: str, matches: list[dict[str, Any]], rows: Forecasts,
    layers: tuple[Layer, Layer],
) -> list[MatchForecast]:  # fmt: skip
    season = str(rows.seasons[0])
    odds = early_odds(connection, [match["match_id"] for match in matches])
    return forecast_past(
        [
            Upcoming(m["match_id"], m["match_date"], season, m["home_id"], m["away_id"], odds.get(m["match_id"]))
            for m in matches
        ],
        rows, competition=competition, elo_layer=layers[0], goals_layer=layers[1],
        base_rate=base_rate_of(connection, competition, at=season_begins(season)),
    )  # fmt: skip


def _archive(
    connection: Connection, forecasts: list[MatchForecast], matches: list[dict[str, Any]], rows: Forecasts, *,
    at: datetime,
) -> int:  # fmt: skip
    by_id = {match["match_id"]: match for match in matches}
    issued = dict(zip(by_id, rows.version.tolist(), strict=True))
    predictions = [_prediction(each, by_id[each.match_id], issued[each.match_id]) for each in forecasts]
    results = archive_predictions(connection, product=PRODUCT, predictions=predictions, at=at)
    record_outcomes(connection, product=PRODUCT, outcomes=[outcome_of(match, TARGET) for match in matches], at=at)
    return sum(result.created for result in results)


def _prediction(forecast: MatchForecast, match: Mapping[str, Any], version_day: int) -> Prediction:
    kickoff = None if match["kickoff"] is None else format_instant(match["kickoff"])
    return Prediction(
        subject=SUBJECT + forecast.match_id, target=TARGET, outcome_due_at=outcome_at(match),
        issued_at=datetime.combine(date.fromordinal(version_day), time(0), UTC) - BEFORE_MIDNIGHT,
        model_version=forecast.model_version, origin="backtest", payload=forecast.payload | {"kickoff": kickoff},
    )  # fmt: skip
