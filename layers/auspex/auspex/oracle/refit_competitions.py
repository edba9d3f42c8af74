"""Fit both models anew where results came in, and put the new versions in force (ORACLE 5, 7.2, 7.4).

A fit on the day D knows the results of earlier days and nothing else. A fit that must not serve is stored as failed and
leaves the version in force; one competition's trouble keeps no other from its fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from auspex.core.database import Connection, connect, transaction
from auspex.core.telemetry import count, logger
from auspex.oracle.archive_backtest import archive_backtest
from auspex.oracle.engine.calibrate import LAYER_SEASONS, Layer, layers_of
from auspex.oracle.engine.elo_fit import fit_elo
from auspex.oracle.engine.goals_fit import GoalsFitError, GoalsHyper, fit_goals
from auspex.oracle.engine.history import History, PlayedMatch
from auspex.oracle.engine.walk_forward import Forecasts, walk_forward
from auspex.oracle.match_store import Competition, load_competitions, results_before, season_field
from auspex.oracle.model import ModelFamily
from auspex.oracle.parameter_store import needs_refit, params_for, store_failure, store_parameters
from auspex.oracle.played_matches import played_match
from auspex.oracle.seasons import season_of


def refit_competitions(at: datetime) -> dict[str, Any]:
    """Fit every competition with new results before the day of `at`; returns how many were fitted, failed, left.

    Raises the last error of a fit after all others are done.
    """
    fitted, failed, backtests, broken = 0, 0, 0, None
    for competition in load_competitions(connect()):
        if not needs_refit(connect(), competition=competition.code, day=at.date()):
            continue
        try:
            with transaction() as connection:
                refitted = refit_competition(connection, competition, at=at)
                if refitted.taught is not None:
                    backtests += archive_backtest(connection, competition.code, refitted.taught, at=at)
        except Exception as error:  # noqa: BLE001 - one competition must not keep the others from their parameters
            logger().exception("a competition cannot be fitted", extra={"competition": competition.code})
            broken = error
            continue
        fitted, failed = fitted + 1, failed + (not refitted.has_goals)
    count("ParametersFitted", fitted)
    if failed:
        count("FitsFailed", failed)
    if broken is not None:
        raise broken
    return {"competitions_fitted": fitted, "goals_fits_failed": failed, "backtests_archived": backtests}


@dataclass(frozen=True, slots=True)
class Refitted:
    """Whether the goals fit serves, and the forecasts of completed seasons where a layer was learned from them."""

    has_goals: bool
    taught: Forecasts | None


def refit_competition(connection: Connection, competition: Competition, *, at: datetime) -> Refitted:
    """Fit both models on results of days before `at` and put them in force, goals unless its fit must not serve."""
    day = at.date()
    season = season_of(day)
    played = [played_match(row) for row in results_before(connection, competition.code, day)]
    history = History.of(played)
    field = season_field(connection, competition.code, season)
    elo_layer, goals_layer, taught = _layers(connection, competition.code, played, season=season, day=day)
    elo = fit_elo(history, as_of=day, season=season, field=field)
    store_parameters(connection, competition=competition.code, fitted=elo, layer=elo_layer, status="active", at=at)
    try:
        goals = fit_goals(history, as_of=day, season=season, field=field)
    except GoalsFitError as error:
        newest = history.trained_through or day
        store_failure(
            connection, competition=competition.code, report=error.report, hyper=GoalsHyper(),
            trained_through=newest, at=at,
        )  # fmt: skip
        return Refitted(has_goals=False, taught=taught)
    store_parameters(connection, competition=competition.code, fitted=goals, layer=goals_layer, status="active", at=at)
    return Refitted(has_goals=True, taught=taught)


def _layers(
    connection: Connection, competition: str, played: list[PlayedMatch], *, season: str, day: date
) -> tuple[Layer, Layer, Forecasts | None]:
    """Return what follows Elo alone and what follows the blend, and the forecasts of completed seasons that taught it.

    Completed seasons do not change while a season runs: its first fit learns, later ones take over what it learned.
    """
    previous = params_for(connection, competition=competition, model=ModelFamily.GOALS, as_of=day)
    ratings = params_for(connection, competition=competition, model=ModelFamily.ELO, as_of=day)
    if (
        previous is not None and previous.goals is not None and previous.goals.season == season
        and ratings is not None and ratings.elo is not None and ratings.elo.season == season
    ):  # fmt: skip
        return ratings.layer, previous.layer, None
    completed = sorted({match.season for match in played if match.season < season})
    taught = completed[1:][-LAYER_SEASONS:]  # the first season on record has nothing before it
    if not taught:
        return Layer(), Layer(), None
    forecasts = walk_forward(
        [match for match in played if match.season < season], seasons=taught, competition=competition
    )
    return *layers_of(forecasts, seasons=taught, competition=competition), forecasts
