"""Why a forecast is what it is: exact Shapley shares of every input, over all subsets of them (ORACLE 7.8)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.basis import Basis
from auspex.oracle.engine.shapley import shapley_values, subsets

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factors:
    """Shares in the order of `names`: of ln(P_home / (1 - P_home)), shape (k,), and of home, draw, away, shape (k, 3).

    Base plus shares is the forecast: the log-odds to 1e-9, each probability to 1e-6; a factor's three shares of the
    probabilities add up to 0.
    """

    names: tuple[str, ...]
    base_log_odds: float
    log_odds: Floats
    base_probabilities: Floats
    probabilities: Floats


def explain(basis: Basis) -> Factors:
    """Return what every slot adds to two average teams on neutral ground, at most 2^8 evaluations in two calls."""
    names = basis.names
    masks = subsets(len(names))
    slots = len(basis.slots)
    points = basis.start + masks[:, :slots].astype(np.float64) @ basis.moves()
    if basis.finish is None:
        outcomes = basis.model_probabilities(points)
    else:
        # The finish is the highest bit: the second half of the subsets goes through it.
        half = len(masks) // 2
        outcomes = np.concatenate((basis.model_probabilities(points[:half]), basis.probabilities(points[half:])))
    log_odds = np.log(outcomes[:, 0]) - np.log1p(-outcomes[:, 0])
    return Factors(
        names, float(log_odds[0]), shapley_values(log_odds), outcomes[0], shapley_values(outcomes)
    )  # fmt: skip
