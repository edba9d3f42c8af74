"""Forecasts of past matches as they would have been made: parameters of a week from the days before that week only.

What a block of fixtures is forecast from is an argument that ends before the block begins, and fixtures carry no
result, so that no result of the day or of a later one can enter. Results join afterwards, for scoring.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.elo import win_draw_loss
from auspex.oracle.engine.elo_fit import EloHyper, FittedElo, fit_elo
from auspex.oracle.engine.goals_fit import FittedGoals, GoalsFitError, GoalsHyper, fit_goals
from auspex.oracle.engine.grid import LARGE_GRID, RATE_OF_A_SMALL_GRID_MAX, SMALL_GRID, rates_win_draw_loss
from auspex.oracle.engine.history import Floats, History, Integers, PlayedMatch

Strings = npt.NDArray[np.str_]

REFIT_DAYS = 7
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Fixture:
    """A match to be forecast: everything but its result."""

    day: date
    season: str
    home: str
    away: str


@dataclass(frozen=True, slots=True)
class Versions:
    """Both fits of one day; `goals` is None where the history is too short for it."""

    elo: FittedElo
    goals: FittedGoals | None


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of n matches as parallel arrays, oldest first.

    `ratings` (n, 4) holds the Elo difference with home advantage, scale, zone and the sd of the difference, all in
    points; `rates` (n, 4) holds λ, μ, ρ and the sd of ln(λ/μ), NaN where no goals fit existed. `outcomes` are 0, 1, 2
    and `goals` the total goals, both -1 before they are known. `version` is the ordinal of the day that the parameters
    are of, `seasons` labels as they came, `competition` a label of the caller's.
    """

    competition: Strings
    seasons: Strings
    days: Integers
    version: Integers
    home: Strings
    away: Strings
    ratings: Floats
    rates: Floats
    outcomes: Integers
    goals: Integers

    def __len__(self) -> int:
        return len(self.days)

    @property
    def elo(self) -> Floats:
        """Home, draw, away by the ratings alone, shape (n, 3)."""
        return elo_probabilities(self.ratings)

    @property
    def goals_model(self) -> Floats:
        """Home, draw, away by the rates alone, shape (n, 3); NaN where none are known."""
        return goals_probabilities(self.rates)

    def rows(self, chosen: npt.NDArray[np.bool_]) -> Forecasts:
        """Return some of them."""
        return Forecasts(**{entry.name: getattr(self, entry.name)[chosen] for entry in fields(self)})


def version_day(day: date) -> date:
    """Return the day whose parameters serve a match: the Friday on or before it."""
    return day - timedelta(days=(day.weekday() - FRIDAY) % REFIT_DAYS)


def fit_versions(
    past: History,
    *,
    as_of: date,
    season: str,
    field: Sequence[str],
    elo_hyper: EloHyper | None = None,
    goals_hyper: GoalsHyper | None = None,
) -> Versions:
    """Fit both models on what is older than `as_of` (else LookAheadError)."""
    elo = fit_elo(past, as_of=as_of, season=season, field=field, hyper=elo_hyper)
    try:
        return Versions(elo, fit_goals(past, as_of=as_of, season=season, field=field, hyper=goals_hyper))
    except GoalsFitError:
        return Versions(elo, None)


def walk_forward(
    matches: Iterable[PlayedMatch],
    *,
    seasons: Sequence[str],
    competition: str = "",
    elo_hyper: EloHyper | None = None,
    goals_hyper: GoalsHyper | None = None,
) -> Forecasts:
    """Forecast every match of the seasons with parameters refitted every Friday; earlier matches are history."""
    played = sorted(matches, key=lambda match: (match.day, match.home, match.away))
    history = History.of(played)
    blocks: list[Forecasts] = []
    for season in seasons:
        fixtures = [
            Fixture(match.day, match.season, match.home, match.away) for match in played if match.season == season
        ]
        field = sorted({fixture.home for fixture in fixtures} | {fixture.away for fixture in fixtures})
        for day, block in itertools.groupby(fixtures, key=lambda fixture: version_day(fixture.day)):
            past = history.before(day)
            versions = fit_versions(
                past, as_of=day, season=season, field=field, elo_hyper=elo_hyper, goals_hyper=goals_hyper
            )
            blocks.append(forecast_block(versions, list(block), as_of=day, competition=competition))
    return with_results(joined(blocks), played)


def forecast_block(versions: Versions, fixtures: Sequence[Fixture], *, as_of: date, competition: str = "") -> Forecasts:
    """Forecast fixtures of `as_of` or later with the parameters of that day."""
    if any(fixture.day < as_of for fixture in fixtures):
        raise ValueError("a fixture is older than the parameters")
    ratings = np.empty((len(fixtures), 4))
    rates = np.full((len(fixtures), 4), np.nan)
    for index, fixture in enumerate(fixtures):
        elo = versions.elo.ratings_of(fixture.home, fixture.away)
        sd = np.hypot(elo.home_sd or 0.0, elo.away_sd or 0.0)
        ratings[index] = elo.difference, elo.scale, elo.zone, sd
        if versions.goals is not None:
            rate = versions.goals.rates(fixture.home, fixture.away)
            sd = versions.goals.log_ratio_sd(fixture.home, fixture.away)
            rates[index] = rate.home, rate.away, rate.rho, sd
    count = len(fixtures)
    return Forecasts(
        competition=np.full(count, competition),
        seasons=np.array([fixture.season for fixture in fixtures]),
        days=np.array([fixture.day.toordinal() for fixture in fixtures], dtype=np.int64),
        version=np.full(count, as_of.toordinal(), dtype=np.int64),
        home=np.array([fixture.home for fixture in fixtures]),
        away=np.array([fixture.away for fixture in fixtures]),
        ratings=ratings,
        rates=rates,
        outcomes=np.full(count, -1, dtype=np.int64),
        goals=np.full(count, -1, dtype=np.int64),
    )


def with_results(forecasts: Forecasts, matches: Iterable[PlayedMatch]) -> Forecasts:
    """Return the same forecasts with what happened; the match of a forecast is found by day and teams."""
    scores = {
        (match.day.toordinal(), match.home, match.away): (match.home_goals, match.away_goals) for match in matches
    }
    keys = zip(forecasts.days.tolist(), forecasts.home.tolist(), forecasts.away.tolist(), strict=True)
    found = np.array([scores.get(key, (-1, -1)) for key in keys], dtype=np.int64).reshape(-1, 2)
    known = found[:, 0] >= 0
    return Forecasts(
        **{
            entry.name: getattr(forecasts, entry.name)
            for entry in fields(forecasts)
            if entry.name not in {"outcomes", "goals"}
        },
        outcomes=np.where(known, 1 - np.sign(found[:, 0] - found[:, 1]), -1),
        goals=np.where(known, found.sum(axis=1), -1),
    )


def joined(blocks: Sequence[Forecasts]) -> Forecasts:
    """Return forecasts one after the other; at least one block is needed."""
    return Forecasts(
        **{entry.name: np.concatenate([getattr(block, entry.name) for block in blocks]) for entry in fields(Forecasts)}
    )


def elo_probabilities(ratings: Floats) -> Floats:
    """Return home, draw, away, shape (n, 3), of rows of difference, scale and zone."""
    probabilities = np.empty((len(ratings), 3))
    shapes, member = np.unique(ratings[:, 1:3], axis=0, return_inverse=True)
    for index, (scale, zone) in enumerate(shapes.tolist()):
        chosen = member.ravel() == index
        probabilities[chosen] = win_draw_loss(ratings[chosen, 0], scale=scale, zone=zone)
    return probabilities


def goals_probabilities(rates: Floats, *, sized_for: Floats | None = None) -> Floats:
    """Return home, draw, away, shape (n, 3), of rows of λ, μ, ρ; NaN where these are.

    A row's grid is as large as its own rates want it, or those of `sized_for` that it was moved from: what a row says
    does not depend on the others, and what is moved a little does not leap.
    """
    probabilities = np.full((len(rates), 3), np.nan)
    sizing = rates if sized_for is None else sized_for
    is_large = (sizing[:, :2] > RATE_OF_A_SMALL_GRID_MAX).any(axis=1)
    for size, chosen in ((SMALL_GRID, ~is_large), (LARGE_GRID, is_large)):
        rows = chosen & np.isfinite(rates[:, 0])
        if rows.any():
            probabilities[rows] = rates_win_draw_loss(rates[rows, 0], rates[rows, 1], rates[rows, 2], size=size)
    return probabilities
