"""What the parameters in force say of one fixture, and nothing of its day or later (ORACLE 7.4, no look-ahead).

Only `params_for` reads parameters, and it is asked for those trained before `as_of`. Odds of the store play no part
here: a request brings its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from auspex.core.database import Connection
from auspex.core.problems import pointer_error
from auspex.oracle.engine.history import LookAheadError
from auspex.oracle.fixture_of import FittedInputs
from auspex.oracle.forecast_scores import outcome_at
from auspex.oracle.match_store import Competition, find_fixture, known_names, load_competitions
from auspex.oracle.model import Competitor, DataFacts, FixtureRequest, ModelFamily
from auspex.oracle.parameter_store import Parameters, params_for
from auspex.oracle.problems import NoParameters, SameTeam, TeamUnknown
from auspex.oracle.seasons import season_of
from auspex.oracle.team_names import nearest_names, normal_form

SUMMER_MONTHS = {6, 7}
"""Leagues rest: an old result is no stale one."""


def find_fitted(connection: Connection, request: FixtureRequest) -> FittedInputs:
    """Return what was fitted before `request.as_of`, which must be set. Raises TeamUnknown, NoParameters, SameTeam."""
    assert request.as_of is not None
    competition = _competition(connection, request.competition or "")
    known = known_names(connection, competition)
    home_id, away_id = (
        _team_id(side, known, place=place) for side, place in ((request.home, "home"), (request.away, "away"))
    )
    if home_id == away_id:
        raise SameTeam(errors=[pointer_error("/away", "home and away are the same")])
    elo = _parameters(connection, competition.code, ModelFamily.ELO, request.as_of)
    parameters = elo
    if request.model is ModelFamily.GOALS:
        parameters = _parameters(connection, competition.code, ModelFamily.GOALS, request.as_of)
    match = _match(connection, competition.code, home_id, away_id, request)
    return fitted_inputs(request, parameters, elo, home_id=home_id, away_id=away_id, match=match)


def fitted_inputs(
    request: FixtureRequest, parameters: Parameters, elo: Parameters | None, *, home_id: str, away_id: str,
    match: Mapping[str, Any] | None = None,
) -> FittedInputs:  # fmt: skip
    """Return the inputs of a fixture from versions at hand; `request.as_of` is the day before which they were trained.

    Pure. `elo` may be None for the goals model, which then blends nothing. Raises LookAheadError for a version trained
    on results of that day or later.
    """
    goals, ratings = parameters.goals, elo.elo if elo is not None else None
    for version in (parameters, *((elo,) if elo is not None else ())):
        refuse_look_ahead(version, request.as_of)
    neutral = request.neutral
    return FittedInputs(
        home_id=home_id, away_id=away_id, params_version=parameters.params_version,
        ratings=None if ratings is None else ratings.ratings_of(home_id, away_id, neutral=neutral),
        strengths=None if goals is None else goals.strengths(home_id, away_id, neutral=neutral),
        rates=None if goals is None else goals.rates(home_id, away_id, neutral=neutral),
        log_ratio_sd=None if goals is None else goals.log_ratio_sd(home_id, away_id, neutral=neutral),
        sendings_off=goals.sendings_off if goals is not None else ratings.sendings_off if ratings is not None else None,
        tau=parameters.layer.tau, goals_weight=parameters.layer.goals_weight,
        thresholds=parameters.layer.thresholds if parameters.has_own_thresholds else None,
        match_id=None if match is None else str(match["match_id"]),
        outcome_due_at=None if match is None else outcome_at(match),
        data=_facts(request, parameters, home_id, away_id),
    )  # fmt: skip


def refuse_look_ahead(parameters: Parameters, as_of: date | None) -> None:
    """Raise LookAheadError unless a version was trained on days before `as_of` alone."""
    if as_of is None or parameters.trained_through >= as_of:
        raise LookAheadError(f"{parameters.params_version} is trained through {parameters.trained_through}")


def _competition(connection: Connection, code: str) -> Competition:
    known = {competition.code: competition for competition in load_competitions(connection)}
    if code not in known:
        raise TeamUnknown(
            detail=f"There is no competition {code}.",
            errors=[pointer_error("/competition", "not known")], nearest=nearest_names(code, known),
        )  # fmt: skip
    return known[code]


def _team_id(side: Competitor, known: Mapping[str, str], *, place: str) -> str:
    """Return the identifier of a side by its `team_id`, else by its exact name; similar names are only offered."""
    if side.team_id is not None and side.team_id in known.values():
        return side.team_id
    if side.team_id is None:
        if side.name in known:
            return known[side.name]
        wanted = normal_form(side.name)
        same = {team_id for name, team_id in known.items() if normal_form(name) == wanted}
        if len(same) == 1:
            return same.pop()
    asked, field = (side.team_id, "team_id") if side.team_id is not None else (side.name, "name")
    raise TeamUnknown(
        detail=f"No team is known as {asked}.", errors=[pointer_error(f"/{place}/{field}", "not known")],
        nearest=nearest_names(side.name, known),
    )  # fmt: skip


def _parameters(connection: Connection, competition: str, model: ModelFamily, as_of: date) -> Parameters:
    found = params_for(connection, competition=competition, model=model, as_of=as_of)
    if found is None:
        raise NoParameters(detail=f"No {model.value} parameters of {competition} were in force before {as_of}.")
    return found


def _match(
    connection: Connection, competition: str, home_id: str, away_id: str, request: FixtureRequest
) -> dict[str, Any] | None:
    kickoff: datetime | None = request.kickoff
    day = request.match_date or (kickoff.date() if kickoff else None)
    if day is None:
        return None
    return find_fixture(connection, competition=competition, home_id=home_id, away_id=away_id, match_date=day)


def _facts(request: FixtureRequest, parameters: Parameters, home_id: str, away_id: str) -> DataFacts:
    """Return what is known of the data behind a fixture on the day of its forecast."""
    assert request.as_of is not None
    day, newest = request.as_of, parameters.trained_through
    fitted = parameters.goals if parameters.goals is not None else parameters.elo
    assert fitted is not None
    played = dict(zip(fitted.teams, fitted.matches, strict=True))
    matches = [played.get(team, 0) for team in (home_id, away_id)]
    present = [
        name
        for name, is_there in (
            ("home_results", matches[0] > 0), ("away_results", matches[1] > 0),
            ("kickoff", request.kickoff is not None or request.match_date is not None),
        )
        if is_there
    ]  # fmt: skip
    newcomers = parameters.goals.newcomers if parameters.goals is not None else frozenset(())
    return DataFacts(
        inputs_required=("home_results", "away_results", "kickoff"), inputs_present=tuple(present),
        newest_result_on=newest, age_days=(day - newest).days, matches=min(matches),
        in_season=season_of(newest) == season_of(day) and day.month not in SUMMER_MONTHS,
        promoted=tuple(
            side.name
            for side, team_id in ((request.home, home_id), (request.away, away_id))
            if team_id in newcomers or team_id not in played
        ),
        is_fitted=True,
    )  # fmt: skip
