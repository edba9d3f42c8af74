"""One fixture as arithmetic sees it: a starting point, slots that move it, and a finish that mixes the sources.

A point is a row of six numbers (`DIFFERENCE` … `RHO`); what the home advantage, a team or a lever does to a forecast is
an addition to such a row. Explanations, scenarios, sensitivities and intervals are therefore many rows of one fixture,
evaluated in one call, and none of them can disagree with the answer itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine import elo, grid
from auspex.oracle.engine.margins import remove_margin
from auspex.oracle.engine.pooling import blend, log_pool, temper
from auspex.oracle.engine.rates import rates_from_outcomes, rates_from_outcomes_and_total
from auspex.oracle.model import (
    ELO_MEAN,
    ELO_SCALE,
    ELO_ZONE,
    GOALS_NEUTRAL,
    RHO_DEFAULT,
    Devig,
    EloRatings,
    Lever,
    ModelFamily,
    Odds,
    ResolvedFixture,
    Side,
)

Floats = npt.NDArray[np.float64]

DIFFERENCE, SCALE, ZONE, HOME_LOG, AWAY_LOG, RHO = range(6)
"""Columns of a point: Elo difference, scale and draw zone in points; ln λ, ln μ and ρ."""
COLUMNS = 6
LOG_RATE_MIN, LOG_RATE_MAX = math.log(grid.RATE_MIN), math.log(grid.RATE_MAX)


@dataclass(frozen=True, slots=True)
class Slot:
    """A named addition to a point: what one factor contributes."""

    name: str
    move: tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Finish:
    """What is mixed in after the model: fitted Elo's share, τ, the market. Its factor is the last slot."""

    name: str
    blends: bool
    goals_weight: float
    tau: float
    market: Floats | None
    market_weight: float


@dataclass(frozen=True, slots=True)
class Basis:
    """A fixture ready to be evaluated at any number of points; `cells` is the grid's size at all of them."""

    family: ModelFamily
    start: Floats
    slots: tuple[Slot, ...]
    finish: Finish | None
    cells: int

    @property
    def names(self) -> tuple[str, ...]:
        """The factors in order, the finish last."""
        return (*(slot.name for slot in self.slots), *((self.finish.name,) if self.finish else ()))

    @property
    def point(self) -> Floats:
        """The fixture itself: every slot added, shape (6,)."""
        return np.asarray(self.start + self.moves().sum(axis=0))

    def moves(self) -> Floats:
        """Return what the slots add, shape (slots, 6)."""
        return np.array([slot.move for slot in self.slots], dtype=np.float64).reshape(len(self.slots), COLUMNS)

    def model_probabilities(self, points: Floats) -> Floats:
        """Return what the model family alone says at points of shape (m, 6): shape (m, 3)."""
        return self._elo(points) if self.family is ModelFamily.ELO else self._goals(points)

    def probabilities(self, points: Floats) -> Floats:
        """Return home, draw, away at points of shape (m, 6), through the finish: shape (m, 3)."""
        outcomes = self.model_probabilities(points)
        finish = self.finish
        if finish is None:
            return outcomes
        if finish.blends:
            outcomes = blend(outcomes, self._elo(points), weight=finish.goals_weight)
        outcomes = temper(outcomes, tau=finish.tau)
        if finish.market is not None:
            outcomes = log_pool(finish.market, outcomes, weight=finish.market_weight)
        return outcomes

    def shifted(self, points: Floats, by: Floats) -> Floats:
        """Return points moved in favour of home by δ: d + δ, or λ·e^(δ/2) and μ·e^(-δ/2) (ORACLE 7.7)."""
        moved = np.array(np.broadcast_to(points, (len(by), COLUMNS)))
        if self.family is ModelFamily.ELO:
            moved[:, DIFFERENCE] += by
        else:
            moved[:, HOME_LOG] += by / 2
            moved[:, AWAY_LOG] -= by / 2
        return moved

    def rates(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Return λ, μ and ρ at points, kept within what makes a grid."""
        home = np.exp(np.clip(points[:, HOME_LOG], LOG_RATE_MIN, LOG_RATE_MAX))
        away = np.exp(np.clip(points[:, AWAY_LOG], LOG_RATE_MIN, LOG_RATE_MAX))
        return home, away, grid.clipped_rho(home, away, points[:, RHO])

    def _goals(self, points: Floats) -> Floats:
        home, away, rho = self.rates(points)
        return grid.rates_win_draw_loss(home, away, rho, size=self.cells)

    def _elo(self, points: Floats) -> Floats:
        outcomes = np.empty((len(points), 3))
        shapes, member = np.unique(points[:, [SCALE, ZONE]], axis=0, return_inverse=True)
        for index, (scale, zone) in enumerate(shapes):
            chosen = member.ravel() == index
            outcomes[chosen] = elo.win_draw_loss(points[chosen, DIFFERENCE], scale=float(scale), zone=float(zone))
        return outcomes


def basis_of(fixture: ResolvedFixture) -> Basis:
    """Return a fixture's basis.

    Raises OddsInvalidError, OddsBelowOneError, OddsNotRepresentableError for odds that no model gives, ValueError for
    a fixture without ratings, rates and odds.
    """
    market = market_probabilities(fixture.odds, fixture.devig) if fixture.odds else None
    build = _elo_basis if fixture.model is ModelFamily.ELO else _goals_basis
    start, slots, is_market_alone = build(fixture, market)
    levers = lever_move(fixture.levers)
    if fixture.levers:
        slots = [*slots, Slot("levers", levers)]
    pooled = None if is_market_alone else market
    blends = fixture.model is ModelFamily.GOALS and fixture.ratings is not None
    finish = None
    if pooled is not None or blends or fixture.tau != 1:
        finish = Finish(
            "market" if pooled is not None else "calibration", blends, fixture.goals_weight, fixture.tau, pooled,
            fixture.market_weight,
        )  # fmt: skip
    basis = Basis(fixture.model, start, tuple(slots), finish, grid.SMALL_GRID)
    home, away, _ = basis.rates(basis.point[None])
    return Basis(fixture.model, start, tuple(slots), finish, grid.grid_size(home, away))


def market_probabilities(odds: Odds, devig: Devig) -> Floats:
    """Return home, draw, away without the margin; the draw is exactly 0 where no odds for it exist."""
    if odds.draw is None:
        home, away = remove_margin([odds.home, odds.away], method=devig)
        return np.array([home, 0.0, away])
    return remove_margin([odds.home, odds.draw, odds.away], method=devig)


def lever_move(levers: Iterable[Lever]) -> tuple[float, float, float, float, float, float]:
    """Return what levers add to a point: their factors multiply, their shifts add up."""
    difference = home_log = away_log = 0.0
    for lever in levers:
        attack, defence = math.log(lever.attack_factor or 1.0), math.log(lever.defence_factor or 1.0)
        shift = lever.rating_shift or 0.0
        if lever.side in {Side.HOME, Side.BOTH}:
            difference, home_log, away_log = difference + shift, home_log + attack, away_log - defence
        if lever.side in {Side.AWAY, Side.BOTH}:
            difference, home_log, away_log = difference - shift, home_log - defence, away_log + attack
    return difference, 0.0, 0.0, home_log, away_log, 0.0


Built = tuple[Floats, Sequence[Slot], bool]


def _move(
    *, difference: float = 0.0, zone: float = 0.0, home_log: float = 0.0, away_log: float = 0.0, rho: float = 0.0
) -> tuple[float, float, float, float, float, float]:
    return difference, 0.0, zone, home_log, away_log, rho


def _elo_basis(fixture: ResolvedFixture, market: Floats | None) -> Built:
    """Start from two average teams on neutral ground; ratings count by their distance from the mean."""
    ratings = fixture.ratings
    if ratings is not None:
        start = np.array([0.0, ratings.scale, ratings.zone, 0.0, 0.0, 0.0])
        slots = [
            Slot("home_advantage", _move(difference=ratings.home_advantage)),
            Slot("home_rating", _move(difference=ratings.home - ratings.mean)),
            Slot("away_rating", _move(difference=ratings.mean - ratings.away)),
        ]
        return start, slots, False
    if market is None:
        raise ValueError("neither ratings nor odds")
    zone = ELO_ZONE if fixture.sport.has_draws else 0.0
    # 1 - F(T - d) and F(-T - d) turned round: the difference and the zone that give these probabilities.
    upper, lower = (ELO_SCALE * math.log(p / (1 - p)) for p in (market[0], market[2]))
    moved = _move(difference=(upper - lower) / 2, zone=-(upper + lower) / 2 - zone)
    if not fixture.sport.has_draws:
        moved = _move(difference=(upper - lower) / 2)
    return np.array([0.0, ELO_SCALE, zone, 0.0, 0.0, 0.0]), [Slot("market", moved)], True


def _goals_basis(fixture: ResolvedFixture, market: Floats | None) -> Built:
    """Start from two average teams on neutral ground: a fitted league's own, else 1.3 goals each."""
    ratings = fixture.ratings or EloRatings(ELO_MEAN, ELO_MEAN, 0.0)
    elo_start = ratings.home - ratings.away, ratings.scale, ratings.zone
    rates, strengths = fixture.rates, fixture.strengths
    if strengths is not None and rates is not None:
        log_neutral, s = strengths.intercept, strengths
        # Fitted Elo enters with the finish: its ratings belong to that slot, its home advantage to the one of its name.
        slots = [
            Slot("home_advantage", _move(difference=ratings.home_advantage, home_log=s.home_advantage)),
            Slot("home_attack", _move(home_log=s.home_attack)),
            Slot("home_defence", _move(away_log=-s.home_defence)),
            Slot("away_attack", _move(away_log=s.away_attack)),
            Slot("away_defence", _move(home_log=-s.away_defence)),
            Slot("low_score_correction", _move(rho=rates.rho)),
        ]
        return np.array([*elo_start, log_neutral, log_neutral, 0.0]), slots, False
    log_neutral = math.log(GOALS_NEUTRAL)
    start = np.array([*elo_start, log_neutral, log_neutral, 0.0])
    if rates is not None:
        slots = [
            Slot("home_rate", _move(home_log=math.log(rates.home) - log_neutral)),
            Slot("away_rate", _move(away_log=math.log(rates.away) - log_neutral)),
            Slot("low_score_correction", _move(rho=rates.rho)),
        ]
        return start, slots, False
    if market is None or fixture.odds is None:
        raise ValueError("neither rates nor odds")
    solved = implied_rates(market, fixture.odds, fixture.devig)
    moved = _move(home_log=math.log(solved[0]) - log_neutral, away_log=math.log(solved[1]) - log_neutral, rho=solved[2])
    return start, [Slot("market", moved)], True


def implied_rates(market: Floats, odds: Odds, devig: Devig) -> tuple[float, float, float]:
    """Return λ, μ, ρ whose grid gives the market's probabilities; ρ joins the unknowns when over 2.5 is quoted.

    Raises OddsNotRepresentableError.
    """
    home, away = float(market[0]), float(market[2])
    if odds.over_2_5 is not None and odds.under_2_5 is not None:
        over = float(remove_margin([odds.over_2_5, odds.under_2_5], method=devig)[0])
        solved = rates_from_outcomes_and_total(home, away, over, rho_start=RHO_DEFAULT)
    else:
        solved = rates_from_outcomes(home, away, rho=RHO_DEFAULT)
    return solved.home, solved.away, solved.rho
