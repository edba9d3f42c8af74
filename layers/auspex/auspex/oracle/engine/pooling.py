"""Put forecasts of one event together: linear blend, temper, log pool (ORACLE 7.4, 7.5).

Probabilities have shape (..., k) and add up to 1 over the last axis; an outcome that every source holds impossible (the
draw of a two-way sport) stays at exactly 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def blend(first: npt.ArrayLike, second: npt.ArrayLike, *, weight: float) -> Floats:
    """Return weight·first + (1 - weight)·second, weight from 0 to 1: the linear pool of Stone (1961)."""
    _check_weight(weight)
    p, q = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    return np.asarray(weight * p + (1 - weight) * q)


def temper(probabilities: npt.ArrayLike, *, tau: npt.ArrayLike) -> Floats:
    """Return P^τ scaled to add up to 1: τ above 1 sharpens, below 1 flattens, 1 changes nothing.

    τ may be an array that broadcasts against the outcomes of `probabilities`.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    exponent = np.asarray(tau, dtype=np.float64)
    if not (exponent > 0).all():
        raise ValueError("tau is above 0")
    powers = p ** exponent[..., None]
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def log_pool(market: npt.ArrayLike, model: npt.ArrayLike, *, weight: float) -> Floats:
    """Return market^w · model^(1-w) scaled to add up to 1, weight from 0 to 1 on the market (Genest and Zidek, 1986).

    Raises ValueError when no outcome is possible to both.
    """
    _check_weight(weight)
    p, q = np.asarray(market, dtype=np.float64), np.asarray(model, dtype=np.float64)
    # A weight of exactly 0 leaves a source without a say: 0^0 is 1 here.
    pooled = p**weight * q ** (1 - weight)
    total = pooled.sum(axis=-1, keepdims=True)
    if not (total > 0).all():
        raise ValueError("no outcome is possible to both")
    return np.asarray(pooled / total)


def _check_weight(weight: float) -> None:
    if not 0 <= weight <= 1:
        raise ValueError(f"a weight lies between 0 and 1, not at {weight}")
