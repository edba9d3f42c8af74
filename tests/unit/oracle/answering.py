"""Fixtures to answer, random ones among them: both models, every lever mix, odds or none."""

from __future__ import annotations

import random
from typing import Any

from auspex.oracle.engine.grid import rho_bounds
from auspex.oracle.model import (
    DataFacts,
    EloRatings,
    GoalRates,
    GoalStrengths,
    Lever,
    LeverKind,
    LeverSet,
    ModelFamily,
    Odds,
    ResolvedFixture,
    Side,
    Sport,
)

VERSIONS = {ModelFamily.ELO: "elo-1.0.0", ModelFamily.GOALS: "goals-1.0.0"}


def elo_fixture(home: float = 2100, away: float = 2050, advantage: float = 100, **more: Any) -> ResolvedFixture:
    """Return two ratings of the caller's own."""
    ratings = EloRatings(home, away, advantage)
    return fixture(ModelFamily.ELO, ratings=ratings, **more)


def goals_fixture(home: float = 1.6, away: float = 1.1, rho: float = -0.08, **more: Any) -> ResolvedFixture:
    """Return two rates of the caller's own."""
    return fixture(ModelFamily.GOALS, rates=GoalRates(home, away, rho), **more)


def fixture(model: ModelFamily, **more: Any) -> ResolvedFixture:
    """Return a fixture of Ashford and Kelby."""
    given = {"sport": Sport.FOOTBALL, "home": "Ashford", "away": "Kelby", "model_version": VERSIONS[model]} | more
    return ResolvedFixture(model=model, **given)


def random_fixture(chance: random.Random) -> ResolvedFixture:
    """Return any fixture: caller's or fitted numbers, odds alone, levers of every kind, calibrated or not."""
    model = chance.choice(list(ModelFamily))
    is_two_way = model is ModelFamily.ELO and chance.random() < 0.3
    sport = chance.choice([Sport.MMA, Sport.BASKETBALL, Sport.OTHER]) if is_two_way else Sport.FOOTBALL
    kind = chance.choice(["own", "fitted", "odds"])
    odds = _odds(chance, has_draws=not is_two_way) if kind == "odds" or chance.random() < 0.4 else None
    given: dict[str, Any] = {
        "sport": sport, "odds": odds, "levers": tuple(_lever(chance) for _ in range(chance.choice([0, 0, 1, 3, 8]))),
        "scenarios": (LeverSet("mine", (_lever(chance),)),) if chance.random() < 0.3 else (),
        "market_weight": chance.choice([0.0, 0.5, 0.95, 1.0]),
    }  # fmt: skip
    ratings = EloRatings(
        chance.uniform(900, 2600), chance.uniform(900, 2600), chance.choice([0.0, 78.2, 100.0]),
        chance.choice([None, 60.0]), chance.choice([None, 45.0]), zone=0.0 if is_two_way else 88.7,
    )  # fmt: skip
    if kind != "odds" and model is ModelFamily.ELO:
        given["ratings"] = ratings
    if kind != "odds" and model is ModelFamily.GOALS:
        rates = _rates(chance)
        given["rates"] = rates
        if kind == "fitted":
            strengths = GoalStrengths(0.1, 0.25, *(chance.uniform(-0.6, 0.6) for _ in range(4)))
            given |= {
                "strengths": strengths,
                "ratings": ratings,
                "tau": chance.choice([1.0, 1.06]),
                "log_ratio_sd": 0.3,
            }
    if kind == "fitted":
        given["data"] = DataFacts(
            ("ratings",), ("ratings",), age_days=chance.randrange(30), matches=chance.randrange(200), is_fitted=True
        )
    return fixture(model, **given)


def _rates(chance: random.Random) -> GoalRates:
    home, away = chance.uniform(0.05, 6), chance.uniform(0.05, 6)
    low, high = rho_bounds(home, away)
    return GoalRates(home, away, chance.uniform(max(-0.3, float(low)), min(0.3, float(high))))


def _odds(chance: random.Random, *, has_draws: bool) -> Odds:
    home = chance.uniform(0.2, 0.6)
    draw = chance.uniform(0.2, 0.28) if has_draws else 0.0
    away, margin = 1 - home - draw, 1.05
    return Odds(1 / (home * margin), 1 / (away * margin), 1 / (draw * margin) if has_draws else None)


def _lever(chance: random.Random) -> Lever:
    return Lever(
        chance.choice(list(LeverKind)), chance.choice(list(Side)), chance.choice([None, chance.uniform(0.5, 1.5)]),
        chance.choice([None, chance.uniform(0.5, 1.5)]), chance.choice([None, chance.uniform(-300, 300)]),
    )  # fmt: skip
