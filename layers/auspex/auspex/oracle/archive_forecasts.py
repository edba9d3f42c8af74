"""Archive forecasts of the coming week in the scorebook, before anything of them can be known (ORACLE 5, 11.8).

A forecast made on a day stands on parameters of earlier days and on early prices. The last one before kick-off has a
target of its own: calibration counts it alone, once a match.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from auspex.core.clock import current_clock, format_instant
from auspex.core.database import Connection, connect, transaction
from auspex.core.limits import FORECAST_DAYS
from auspex.core.telemetry import count
from auspex.oracle.base_rates import base_rate_of
from auspex.oracle.forecast_scores import PRODUCT, SUBJECT, TARGET, TARGET_AHEAD, outcome_at
from auspex.oracle.match_forecasts import Fitted, MatchForecast, Upcoming, forecast_matches
from auspex.oracle.match_store import Competition, early_odds, load_competitions, upcoming_matches
from auspex.oracle.model import ModelFamily
from auspex.oracle.parameter_store import Parameters, params_for
from auspex.platform.scorebook.archive import archive_predictions
from auspex.platform.scorebook.model import Prediction

LAST_RUN = timedelta(days=1)
"""A forecast whose match begins before the next day's run is the last one."""


def archive_week(at: datetime) -> dict[str, Any]:
    """Archive what every model says of the matches of the coming week; the same instant again archives nothing new."""
    archived = 0
    for competition in load_competitions(connect()):
        with transaction() as connection:
            now = max(at, current_clock().now())
            predictions = forecast_week(connection, competition, at=at, now=now)
            results = archive_predictions(connection, product=PRODUCT, predictions=predictions, at=now)
        archived += sum(result.created for result in results)
    count("ForecastsArchived", archived)
    return {"forecasts_archived": archived}


def forecast_week(connection: Connection, competition: Competition, *, at: datetime, now: datetime) -> list[Prediction]:
    """Return predictions, issued at `at`, of a competition's matches of the week after it.

    A match whose outcome can be known by `now`, when they are archived, is left out: a run that comes late, or again,
    says nothing of what has begun.
    """
    today = at.date()
    elo = params_for(connection, competition=competition.code, model=ModelFamily.ELO, as_of=today)
    if elo is None or elo.elo is None:
        return []
    goals = params_for(connection, competition=competition.code, model=ModelFamily.GOALS, as_of=today)
    coming = upcoming_matches(connection, competition.code, today, today + timedelta(days=FORECAST_DAYS))
    rows = {row["match_id"]: row for row in coming if outcome_at(row) > now}
    if not rows:
        return []
    odds = early_odds(connection, list(rows))
    known = {match_id: prices for match_id, prices in odds.items() if prices.seen_at is None or prices.seen_at <= at}
    forecasts = forecast_matches(
        [
            Upcoming(match_id, row["match_date"], row["season"], row["home_id"], row["away_id"], known.get(match_id))
            for match_id, row in rows.items()
        ],
        competition=competition.code, today=today, elo=elo.elo, elo_from=_fitted(elo),
        goals=None if goals is None else goals.goals, goals_from=None if goals is None else _fitted(goals),
        base_rate=base_rate_of(connection, competition.code, at=at),
    )  # fmt: skip
    return [_prediction(forecast, rows[forecast.match_id], at=at) for forecast in forecasts]


def _fitted(parameters: Parameters) -> Fitted:
    return Fitted(parameters.params_version, parameters.layer)


def _prediction(forecast: MatchForecast, row: dict[str, Any], *, at: datetime) -> Prediction:
    due = outcome_at(row)
    kickoff = None if row["kickoff"] is None else format_instant(row["kickoff"])
    return Prediction(
        subject=SUBJECT + forecast.match_id, target=TARGET if due <= at + LAST_RUN else TARGET_AHEAD, issued_at=at,
        outcome_due_at=due, model_version=forecast.model_version, origin="live",
        payload=forecast.payload | {"home": row["home"], "away": row["away"], "kickoff": kickoff},
    )  # fmt: skip
