"""Three-way forecasts whose outcomes are drawn from the forecasts themselves: honest by construction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def planted_forecasts(count: int, *, seed: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return probabilities (count, 3) and outcomes 0, 1, 2 drawn from them."""
    generator = np.random.default_rng(seed)
    p = generator.dirichlet([3.0, 2.0, 2.5], count)
    outcomes = (generator.random(count)[:, None] > np.cumsum(p, axis=1)).sum(axis=1)
    return p, np.minimum(outcomes, 2).astype(np.int64)
