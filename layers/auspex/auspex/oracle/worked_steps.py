"""The computation of one answer, step by step with its own numbers put in, for those who want to redo it by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from auspex.oracle.engine.basis import AWAY_LOG, DIFFERENCE, HOME_LOG, SCALE, ZONE, Basis, market_probabilities
from auspex.oracle.model import ModelFamily, ResolvedFixture


@dataclass(frozen=True, slots=True)
class Step:
    """A formula, the same formula with numbers, and what comes out."""

    title: str
    formula: str
    numbers: str
    value: Any


def worked_steps(fixture: ResolvedFixture, basis: Basis, shown: Sequence[float]) -> list[dict[str, Any]]:
    """Return the steps from the inputs to the three probabilities."""
    steps = _elo_steps(fixture, basis) if fixture.model is ModelFamily.ELO else _goals_steps(fixture, basis)
    finish = basis.finish
    point = basis.point[None]
    if finish is not None:
        own = basis.model_probabilities(point)[0]
        if finish.blends:
            steps.append(
                Step(
                    "Blend with fitted Elo", "P = w·P_goals + (1 - w)·P_elo",
                    f"w = {finish.goals_weight:g}; P_goals = {_row(own)}", None,
                )
            )  # fmt: skip
        if finish.tau != 1:
            steps.append(Step("Calibrate", "P ∝ P^τ", f"τ = {finish.tau:g}", None))
        if finish.market is not None:
            steps.append(
                Step(
                    "Pool with the market", "P ∝ P_market^w · P_model^(1 - w)",
                    f"w = {finish.market_weight:g}; P_market = {_row(finish.market)}", None,
                )
            )  # fmt: skip
    elif fixture.odds is not None:
        market = market_probabilities(fixture.odds, fixture.devig)
        steps.insert(0, Step("Take the margin out", f"{fixture.devig.value} method on 1/odds", _row(market), None))
    steps.append(Step("Probabilities", "home, draw, away", _row(shown), list(shown)))
    return [{"title": s.title, "formula": s.formula, "numbers": s.numbers, "value": s.value} for s in steps]


def lessons_for(fixture: ResolvedFixture) -> list[str]:
    """Return the slugs of the lessons that explain what this answer did."""
    slugs = ["probability-and-outcome"]
    if fixture.sport.has_draws:
        slugs.append("draw-zone" if fixture.model is ModelFamily.ELO else "scoreline-grid")
    if fixture.odds is not None:
        slugs.append("margin-removal")
    return [*slugs, "calibration"]


def _elo_steps(fixture: ResolvedFixture, basis: Basis) -> list[Step]:
    difference, scale, zone = (float(basis.point[column]) for column in (DIFFERENCE, SCALE, ZONE))
    steps = []
    ratings = fixture.ratings
    if ratings is not None:
        shift = difference - ratings.difference
        steps.append(
            Step(
                "Rating difference", "d = home + advantage - away + levers",
                f"{ratings.home:g} + {ratings.home_advantage:g} - {ratings.away:g} + {shift:g}", difference,
            )
        )  # fmt: skip
    home = 1 / (1 + math.exp((zone - difference) / scale))
    away = 1 / (1 + math.exp((zone + difference) / scale))
    return [
        *steps,
        Step("Home win", "1 / (1 + e^((T - d)/s))", f"T = {zone:.4f}, d = {difference:.4f}, s = {scale:.4f}", home),
        Step("Away win", "1 / (1 + e^((T + d)/s))", f"T = {zone:.4f}, d = {difference:.4f}, s = {scale:.4f}", away),
        Step("Draw", "1 - home - away", f"1 - {home:.6f} - {away:.6f}", 1 - home - away if zone else 0.0),
    ]


def _goals_steps(fixture: ResolvedFixture, basis: Basis) -> list[Step]:
    home, away, rho = (float(each[0]) for each in basis.rates(basis.point[None]))
    steps = []
    s = fixture.strengths
    if s is not None:
        levers = basis.moves()[[slot.name == "levers" for slot in basis.slots]].sum(axis=0)
        steps = [
            Step(
                "Expected goals of the home side", "ln λ = c + h + attack - defence of the other + levers",
                f"{s.intercept:.4f} + {s.home_advantage:.4f} + {s.home_attack:.4f} - {s.away_defence:.4f} + "
                f"{levers[HOME_LOG]:.4f}", home,
            ),
            Step(
                "Expected goals of the away side", "ln μ = c + attack - defence of the other + levers",
                f"{s.intercept:.4f} + {s.away_attack:.4f} - {s.home_defence:.4f} + {levers[AWAY_LOG]:.4f}", away,
            ),
        ]  # fmt: skip
    else:
        steps = [
            Step("Expected goals of the home side", "λ, levers included", f"{home:.6f}", home),
            Step("Expected goals of the away side", "μ, levers included", f"{away:.6f}", away),
        ]
    corrected = math.exp(-home - away) * (1 - home * away * rho)
    own = basis.model_probabilities(basis.point[None])[0]
    return [
        *steps,
        Step(
            "No goals at all", "e^(-λ - μ)·(1 - λμρ)",
            f"e^(-{home:.4f} - {away:.4f})·(1 - {home:.4f}·{away:.4f}·({rho:.4f}))", corrected,
        ),
        Step("Sum over scorelines", "home more goals, level, away more goals", _row(own), own.tolist()),
    ]  # fmt: skip


def _row(values: Any) -> str:
    return ", ".join(f"{float(value):.6f}" for value in values)
