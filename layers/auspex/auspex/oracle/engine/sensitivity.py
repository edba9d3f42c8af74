"""How much the answer moves when one input does (ORACLE 7.8)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from auspex.oracle.engine.basis import AWAY_LOG, DIFFERENCE, HOME_LOG, RHO, Basis
from auspex.oracle.model import ModelFamily

POINTS_STEP = 50.0
RATE_STEP = 0.10
RHO_STEP = 0.05
HIGH_ABOVE, MEDIUM_ABOVE = 5.0, 2.0
"""Percentage points beyond which a sensitivity is HIGH or MEDIUM."""

_ELO_INPUTS = (("home_advantage", 1.0), ("home_rating", 1.0), ("away_rating", -1.0))
_RATE_INPUTS = (("home_rate", HOME_LOG), ("away_rate", AWAY_LOG))


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a step down and up of one input changes, in percentage points of home, draw, away.

    `largest` is the greatest of these changes without its sign.
    """

    name: str
    step: str
    down: tuple[float, float, float]
    up: tuple[float, float, float]
    largest: float

    @property
    def level(self) -> str:
        """HIGH above 5 points, MEDIUM above 2, else LOW."""
        if self.largest > HIGH_ABOVE:
            return "HIGH"
        return "MEDIUM" if self.largest > MEDIUM_ABOVE else "LOW"


def sensitivities(basis: Basis) -> list[Sensitivity]:
    """Return every input's sensitivity, the largest first."""
    moves: list[tuple[str, str, int, float, float]] = []
    if basis.family is ModelFamily.ELO:
        for name, sign in _ELO_INPUTS:
            moves.append((name, f"±{POINTS_STEP:.0f} points", DIFFERENCE, -sign * POINTS_STEP, sign * POINTS_STEP))
    else:
        for name, column in _RATE_INPUTS:
            moves.append((name, f"±{RATE_STEP:.0%}", column, math.log(1 - RATE_STEP), math.log(1 + RATE_STEP)))
        moves.append(("low_score_correction", f"±{RHO_STEP}", RHO, -RHO_STEP, RHO_STEP))
    points = np.repeat(basis.point[None], 1 + 2 * len(moves), axis=0)
    for index, (_, _, column, down, up) in enumerate(moves):
        points[1 + 2 * index, column] += down
        points[2 + 2 * index, column] += up
    outcomes = basis.probabilities(points)
    changes = 100 * (outcomes[1:] - outcomes[0]).reshape(len(moves), 2, 3)
    found = [
        Sensitivity(name, step, _triple(change[0]), _triple(change[1]), float(np.abs(change).max()))
        for (name, step, *_), change in zip(moves, changes, strict=True)
    ]
    return sorted(found, key=lambda each: (-each.largest, each.name))


def _triple(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float, float]:
    home, draw, away = values.tolist()
    return home, draw, away
