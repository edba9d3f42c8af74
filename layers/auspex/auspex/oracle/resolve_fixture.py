"""Look up what a fixture stands on, never later than the day it is asked for (ORACLE 7.4, no look-ahead)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from auspex.core.database import Connection
from auspex.core.problems import pointer_error
from auspex.oracle.fitted_fixture import find_fitted
from auspex.oracle.fixture_of import check_request, fixture_of, needs_parameters
from auspex.oracle.model import FixtureRequest, ResolvedFixture
from auspex.oracle.problems import LookAhead


@dataclass(frozen=True, slots=True)
class Resolved:
    """A fixture with what a forecast of it counts as: live before a kick-off that is known or open, else backtest."""

    fixture: ResolvedFixture
    origin: Literal["live", "backtest"]


def resolve_fixture(connection: Connection, request: FixtureRequest, *, at: datetime) -> Resolved:
    """Return a request's fixture with everything looked up as of the day before which all data must lie.

    Raises SameTeam, ModelNotForSport, MarketMismatch, LeverWithoutEffect, LookAhead, TeamUnknown, NoParameters,
    InputsMissing, RhoOutOfRange, RatesOutOfRange, OddsSumBelowOne, OddsNotRepresentable.
    """
    check_request(request)
    dated = replace(request, as_of=boundary_of(request, today=at.date()))
    fitted = find_fitted(connection, dated) if needs_parameters(dated) else None
    fixture = fixture_of(dated, fitted)
    begins = [begin for begin in (request.kickoff, fixture.outcome_due_at) if begin is not None]
    return Resolved(fixture, "backtest" if any(begin <= at for begin in begins) else "live")


def boundary_of(request: FixtureRequest, *, today: date) -> date:
    """Return the day before which all data must lie: the match's day, today, or an earlier `as_of`.

    Raises LookAhead for an `as_of` after the day of the match or after today.
    """
    kickoff_day = request.kickoff.date() if request.kickoff else None
    match_day = request.match_date or kickoff_day
    latest = min(match_day, today) if match_day else today
    if request.as_of is None:
        return latest
    if request.as_of > latest:
        raise LookAhead(
            detail=f"as_of is {request.as_of}, and nothing after {latest} may be used for this match.",
            errors=[pointer_error("/as_of", f"at most {latest}")],
        )
    return request.as_of
