"""What is not known of the parameters, carried through to the probabilities (ORACLE 7.7).

δ is the error of ln(λ/μ), or of the rating difference in points, with standard deviation σ. Everything here moves one
fixture's point along δ and evaluates the whole forecast there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.basis import Basis

Floats = npt.NDArray[np.float64]

NODES = 9
NODES_REACH = 2.2
INTERVAL_REACH = 1.96
INTERVAL_POINTS = 41
"""Where an interval is looked for between its ends: a draw is likeliest inside, not at an end."""


def nodes(sigma: float) -> tuple[Floats, Floats]:
    """Return nine equally spaced δ in ±2.2σ and their weights ∝ e^(-δ²/2σ²), which add up to 1."""
    steps = np.linspace(-NODES_REACH, NODES_REACH, NODES)
    weights = np.exp(-(steps**2) / 2)
    return steps * sigma, weights / weights.sum()


def at_nodes(basis: Basis, sigma: float | None) -> tuple[Floats, Floats]:
    """Return the forecast at every node, shape (m, 3), and the nodes' weights; without σ, the forecast alone."""
    if not sigma:
        return basis.probabilities(basis.point[None]), np.ones(1)
    steps, weights = nodes(sigma)
    return basis.probabilities(basis.shifted(basis.point, steps)), weights


def probability_intervals(basis: Basis, sigma: float) -> Floats:
    """Return the least and greatest of each outcome's probability for δ within ±1.96σ, shape (3, 2)."""
    steps = np.linspace(-INTERVAL_REACH, INTERVAL_REACH, INTERVAL_POINTS) * sigma
    each = basis.probabilities(basis.shifted(basis.point, steps))
    return np.stack((each.min(axis=0), each.max(axis=0)), axis=1)


def differences(first: Basis, second: Basis, sigmas: tuple[float, float]) -> Floats:
    """Return the standard deviation of second - first of each outcome when both err the same way, shape (3,).

    The same nine nodes serve both, each in units of its own σ: what two views of one match share cancels.
    """
    steps, weights = nodes(1.0)
    before, after = (
        basis.probabilities(basis.shifted(basis.point, steps * sigma))
        for basis, sigma in zip((first, second), sigmas, strict=True)
    )
    gaps = after - before
    mean = weights @ gaps
    return np.asarray(np.sqrt(weights @ (gaps - mean) ** 2))
