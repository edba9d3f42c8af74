"""From a request to a fixture that can be answered: the rules on inputs, pure; looking things up is `resolve_fixture`.

What is wrong here is wrong in every path: a request, a row of a batch, an in-play question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from auspex.core.problems import pointer_error
from auspex.oracle.engine.basis import AWAY_LOG, HOME_LOG, LOG_RATE_MAX, LOG_RATE_MIN, basis_of
from auspex.oracle.engine.grid import RhoOutOfRangeError, check_rates
from auspex.oracle.engine.margins import OddsBelowOneError
from auspex.oracle.engine.rates import OddsNotRepresentableError
from auspex.oracle.model import (
    ELO_HOME_ADVANTAGE,
    ELO_ZONE,
    GOALS_WEIGHT,
    MODEL_VERSIONS,
    RISK_BANDS,
    DataFacts,
    EloRatings,
    FixtureRequest,
    GoalRates,
    GoalStrengths,
    ModelFamily,
    ResolvedFixture,
)
from auspex.oracle.problems import (
    InputsMissing,
    LeverWithoutEffect,
    MarketMismatch,
    ModelNotForSport,
    OddsNotRepresentable,
    OddsSumBelowOne,
    RatesOutOfRange,
    RhoOutOfRange,
    SameTeam,
)

RATE_TOLERANCE = 1e-9
FITTED = DataFacts(is_fitted=True)


@dataclass(frozen=True, slots=True)
class FittedInputs:
    """What the parameters in force before a day say of one fixture; thresholds None take the default's."""

    home_id: str
    away_id: str
    params_version: str
    ratings: EloRatings | None = None
    strengths: GoalStrengths | None = None
    rates: GoalRates | None = None
    log_ratio_sd: float | None = None
    sendings_off: tuple[float, float] | None = None
    tau: float = 1.0
    goals_weight: float = GOALS_WEIGHT
    thresholds: tuple[float, float] | None = None
    match_id: str | None = None
    outcome_due_at: datetime | None = None
    data: DataFacts = FITTED


def needs_parameters(request: FixtureRequest) -> bool:
    """Tell whether a request names a competition and brings no strengths of its own for the model it asks."""
    return request.competition is not None and not _has_own_strengths(request)


def check_request(request: FixtureRequest) -> None:
    """Refuse what no look-up can mend. Raises SameTeam, ModelNotForSport, MarketMismatch, LeverWithoutEffect."""
    same_id = request.home.team_id is not None and request.home.team_id == request.away.team_id
    if same_id or request.home.name.casefold() == request.away.name.casefold():
        raise SameTeam(errors=[pointer_error("/away/name", "home and away are the same")])
    if request.model is ModelFamily.GOALS and not request.sport.has_draws:
        raise ModelNotForSport(errors=[pointer_error("/model", f"{request.sport.value} is answered by elo alone")])
    if request.odds is not None and (request.odds.draw is not None) != request.sport.has_draws:
        raise MarketMismatch(errors=[pointer_error("/odds/draw", f"wrong for {request.sport.value}")])
    _check_levers(request)


def _check_levers(request: FixtureRequest) -> None:
    is_elo = request.model is ModelFamily.ELO
    wanted = "rating_shift" if is_elo else "attack_factor or defence_factor"
    own = [(f"/scenarios/{number}", each.levers) for number, each in enumerate(request.scenarios)]
    for place, levers in (("", request.levers), *own):
        for index, lever in enumerate(levers):
            read = (lever.rating_shift,) if is_elo else (lever.attack_factor, lever.defence_factor)
            if all(number is None for number in read):
                raise LeverWithoutEffect(errors=[pointer_error(f"{place}/levers/{index}", f"needs {wanted}")])


def fixture_of(request: FixtureRequest, fitted: FittedInputs | None = None) -> ResolvedFixture:
    """Return the fixture of a checked request, from the caller's numbers or from fitted ones.

    Raises InputsMissing, RhoOutOfRange, RatesOutOfRange, OddsSumBelowOne, OddsNotRepresentable.
    """
    plain = ResolvedFixture(
        sport=request.sport, model=request.model, home=request.home.name, away=request.away.name,
        competition=request.competition, kickoff=request.kickoff, neutral=request.neutral, odds=request.odds,
        devig=request.devig, market_weight=request.market_weight, levers=request.levers, scenarios=request.scenarios,
        thresholds=RISK_BANDS[3 if request.sport.has_draws else 2], model_version=MODEL_VERSIONS[request.model],
    )  # fmt: skip
    fixture = _with_fitted(plain, fitted) if fitted is not None else _with_own(plain, request)
    _check_numbers(fixture)
    return fixture


def _with_fitted(fixture: ResolvedFixture, fitted: FittedInputs) -> ResolvedFixture:
    if (fitted.ratings if fixture.model is ModelFamily.ELO else fitted.rates) is None:
        raise InputsMissing(detail="The parameters in force hold nothing for this model.")
    is_goals = fixture.model is ModelFamily.GOALS
    return replace(
        fixture, home_id=fitted.home_id, away_id=fitted.away_id, ratings=fitted.ratings,
        rates=fitted.rates if is_goals else None, strengths=fitted.strengths if is_goals else None,
        log_ratio_sd=fitted.log_ratio_sd if is_goals else None, tau=fitted.tau if is_goals else 1.0,
        sendings_off=fitted.sendings_off,
        goals_weight=fitted.goals_weight, thresholds=fitted.thresholds or fixture.thresholds,
        params_version=fitted.params_version, match_id=fitted.match_id,
        outcome_due_at=fitted.outcome_due_at, data=fitted.data,
    )  # fmt: skip


def _with_own(fixture: ResolvedFixture, request: FixtureRequest) -> ResolvedFixture:
    if fixture.model is ModelFamily.ELO and _has_own_strengths(request):
        home, away = request.home, request.away
        assert home.rating is not None
        assert away.rating is not None
        advantage = ELO_HOME_ADVANTAGE if request.home_advantage is None else request.home_advantage
        return replace(
            fixture,
            ratings=EloRatings(
                home=home.rating, away=away.rating, home_advantage=0.0 if request.neutral else advantage,
                home_sd=home.rating_sd, away_sd=away.rating_sd, zone=ELO_ZONE if request.sport.has_draws else 0.0,
            ),
        )  # fmt: skip
    if fixture.model is ModelFamily.GOALS and request.goals is not None:
        return replace(fixture, rates=request.goals)
    if request.odds is None:
        wanted = "/home/rating" if fixture.model is ModelFamily.ELO else "/goals"
        raise InputsMissing(errors=[pointer_error(wanted, "neither strengths, a competition's teams nor odds")])
    return fixture


def _has_own_strengths(request: FixtureRequest) -> bool:
    if request.model is ModelFamily.ELO:
        return request.home.rating is not None and request.away.rating is not None
    return request.goals is not None


def _check_numbers(fixture: ResolvedFixture) -> None:
    """Refuse numbers that no grid or no market gives, before anything is charged or stored."""
    rates = fixture.rates
    if rates is not None:
        try:
            check_rates(rates.home, rates.away, rates.rho)
        except RhoOutOfRangeError as error:
            raise RhoOutOfRange(
                detail=str(error), errors=[pointer_error("/goals/rho", str(error))], low=error.low, high=error.high
            ) from error
    try:
        basis = basis_of(fixture)
    except OddsBelowOneError as error:
        raise OddsSumBelowOne(detail=str(error), errors=[pointer_error("/odds", str(error))]) from error
    except OddsNotRepresentableError as error:
        raise OddsNotRepresentable(detail=str(error), errors=[pointer_error("/odds", str(error))]) from error
    point = basis.point[[HOME_LOG, AWAY_LOG]]
    if (
        fixture.model is ModelFamily.GOALS
        and not ((point >= LOG_RATE_MIN - RATE_TOLERANCE) & (point <= LOG_RATE_MAX + RATE_TOLERANCE)).all()
    ):
        raise RatesOutOfRange(errors=[pointer_error("/levers", "the expected goals leave 0.05 to 6")])
