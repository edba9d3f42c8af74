"""The same fixture under other assumptions: three of the house, and lever sets of the caller (ORACLE 7.1, 7.8)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine import elo
from auspex.oracle.engine.basis import AWAY_LOG, HOME_LOG, SCALE, ZONE, Basis, lever_move
from auspex.oracle.model import LeverSet, ModelFamily

Floats = npt.NDArray[np.float64]

RATE_FACTORS = {"conservative": 0.85, "base": 1.0, "aggressive": 1.15}
"""Both rates of a tight, the expected and an open match."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named point of the fixture, shape (6,), and its home, draw, away."""

    name: str
    is_own: bool
    point: Floats
    probabilities: Floats


def scenarios(basis: Basis, own: Sequence[LeverSet] = ()) -> list[Scenario]:
    """Return conservative, base and aggressive, then the caller's sets, which act on top of the request's levers."""
    names = [*RATE_FACTORS, *(each.name for each in own)]
    points = np.repeat(basis.point[None], len(names), axis=0)
    for index, name in enumerate(RATE_FACTORS):
        if basis.family is ModelFamily.ELO:
            scale, zone = elo.scenario(name, scale=float(points[index, SCALE]), zone=float(points[index, ZONE]))
            points[index, [SCALE, ZONE]] = scale, zone
        else:
            points[index, [HOME_LOG, AWAY_LOG]] += math.log(RATE_FACTORS[name])
    for index, each in enumerate(own, start=len(RATE_FACTORS)):
        points[index] += lever_move(each.levers)
    outcomes = basis.probabilities(points)
    return [
        Scenario(name, index >= len(RATE_FACTORS), points[index], outcomes[index]) for index, name in enumerate(names)
    ]
