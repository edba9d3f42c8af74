"""Fit both models anew where results came in, and put the new versions in force (ORACLE 5, 7.2, 7.4).

A fit on the day D knows the results of earlier days and nothing else. A fit that must not serve is stored as failed and
leaves the version in force; one competition's trouble keeps no other from its fit.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from auspex.core.database import Connection, connect, transaction
from auspex.core.telemetry import count, logger
from auspex.oracle.engine.calibrate import LAYER_SEASONS, Layer, elo_thresholds, fit_layer
from auspex.oracle.engine.elo_fit import fit_elo
from auspex.oracle.engine.goals_fit import GoalsFitError, GoalsHyper, fit_goals
from auspex.oracle.engine.history import History, PlayedMatch
from auspex.oracle.engine.walk_forward import walk_forward
from auspex.oracle.match_store import Competition, load_competitions, results_before, season_field
from auspex.oracle.model import ModelFamily
from auspex.oracle.parameter_store import needs_refit, params_for, store_failure, store_parameters
from auspex.oracle.played_matches import played_match
from auspex.oracle.seasons import season_of


def refit_competitions(at: datetime) -> dict[str, Any]:
    """Fit every competition with new results before the day of `at`; returns how many were fitted, failed, left.

    Raises the last error of a fit after all others are done.
    """
    fitted, failed, broken = 0, 0, None
    for competition in load_competitions(connect()):
        if not needs_refit(connect(), competition=competition.code, day=at.date()):
            continue
        try:
            with transaction() as connection:
                has_goals = refit_competition(connection, competition, at=at)
        except Exception as error:  # noqa: BLE001 - one competition must not keep the others from their parameters
            logger().exception("a competition cannot be fitted", extra={"competition": competition.code})
            broken = error
            continue
        fitted, failed = fitted + 1, failed + (not has_goals)
    count("ParametersFitted", fitted)
    if failed:
        count("FitsFailed", failed)
    if broken is not None:
        raise broken
    return {"competitions_fitted": fitted, "goals_fits_failed": failed}


def refit_competition(connection: Connection, competition: Competition, *, at: datetime) -> bool:
    """Fit both models on results of days before `at` and put them in force; False when the goals fit must not serve."""
    day = at.date()
    season = season_of(day)
    played = [played_match(row) for row in results_before(connection, competition.code, day)]
    history = History.of(played)
    field = season_field(connection, competition.code, season)
    elo_layer, goals_layer = _layers(connection, competition.code, played, season=season, day=day)
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
        return False
    store_parameters(connection, competition=competition.code, fitted=goals, layer=goals_layer, status="active", at=at)
    return True


def _layers(
    connection: Connection, competition: str, played: list[PlayedMatch], *, season: str, day: date
) -> tuple[Layer, Layer]:
    """Return what follows Elo alone and what follows the blend, learned from completed seasons alone.

    Completed seasons do not change while a season runs: its first fit learns, later ones take over what it learned.
    """
    previous = params_for(connection, competition=competition, model=ModelFamily.GOALS, as_of=day)
    ratings = params_for(connection, competition=competition, model=ModelFamily.ELO, as_of=day)
    if (
        previous is not None and previous.goals is not None and previous.goals.season == season
        and ratings is not None and ratings.elo is not None and ratings.elo.season == season
    ):  # fmt: skip
        return ratings.layer, previous.layer
    completed = sorted({match.season for match in played if match.season < season})
    taught = completed[1:][-LAYER_SEASONS:]  # the first season on record has nothing before it
    if not taught:
        return Layer(), Layer()
    forecasts = walk_forward(
        [match for match in played if match.season < season], seasons=taught, competition=competition
    )
    blended = fit_layer(forecasts, seasons=taught, competition=competition)
    return Layer(thresholds=elo_thresholds(forecasts), matches=len(forecasts)), blended
