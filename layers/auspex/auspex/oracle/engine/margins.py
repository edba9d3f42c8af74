"""Take the margin out of decimal odds (ORACLE 7.5): four methods, any number of outcomes.

q = 1/odds, B = Σq. Power: Vovk and Zhdanov (2009). Shin (1993), Measuring the incidence of insider trading in a market
for state-contingent claims, Economic Journal 103. Goto: an equal number of standard errors off every outcome, by the
public goto_conversion. Proportional is shown for comparison.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEPS_MAX = 200
GOTO_FLOOR = 1e-9
"""A long shot whose standard errors exceed it keeps this much before the rest is scaled."""


class OddsBelowOneError(ValueError):
    """The inverse odds add up to less than 1: no margin to remove, as in odds picked from several quotes."""


class OddsInvalidError(ValueError):
    """Odds are at least two finite numbers above 1."""


def inverse_odds(odds: Sequence[float] | Floats) -> Floats:
    """Return q = 1/odds. Raises OddsInvalidError."""
    values = np.asarray(odds, dtype=np.float64)
    if values.ndim != 1 or values.size < 2 or not (np.isfinite(values) & (values > 1)).all():
        raise OddsInvalidError("odds are at least two finite numbers above 1")
    return np.asarray(1 / values)


def margin(odds: Sequence[float] | Floats) -> float:
    """Return B - 1: 0.0438596 for 1.80, 3.60, 4.75; negative when the odds pay more than all outcomes cost."""
    return math.fsum(inverse_odds(odds)) - 1


def remove_margin(
    odds: Sequence[float] | Floats, *, method: str = "power", allow_negative_margin: bool = False
) -> Floats:
    """Return probabilities of odds of one market, in the order given, adding up to 1.

    Raises OddsInvalidError, and OddsBelowOneError when B < 1 unless that is allowed. Shin's z is then negative: the
    formula still has one solution, only its reading as a share of insiders is lost.
    """
    q = inverse_odds(odds)
    if math.fsum(q) < 1 and not allow_negative_margin:
        raise OddsBelowOneError(f"the inverse odds add up to {math.fsum(q):.6f}")
    probabilities = METHODS[method](q)
    return np.asarray(probabilities / probabilities.sum())


def _power(q: Floats) -> Floats:
    """Return q^k with k such that they add up to 1.

    Σq^k falls and is convex in k, so Newton's steps from the left of the root never pass it.
    """
    logs = np.log(q)
    k = 1.0 if q.sum() >= 1 else 0.0
    for _ in range(STEPS_MAX):
        powers = np.exp(k * logs)
        step = (powers.sum() - 1) / -(powers @ logs)
        k += step
        if abs(step) < 1e-15 * max(k, 1.0):
            break
    return np.asarray(np.exp(k * logs))


def _shin(q: Floats) -> Floats:
    """Return (√(z² + 4(1-z)q²/B) - z) / (2(1-z)) with z such that they add up to 1, by bisection.

    The sum falls in z from more than 1 towards Σq²/B < 1 at z = 1; at z = 0 it is √B.
    """
    squares = q * q / q.sum()

    def probabilities(z: float) -> Floats:
        # The same number multiplied out: no difference of near-equal terms, and no division by 1 - z.
        return np.asarray(2 * squares / (np.sqrt(z * z + 4 * (1 - z) * squares) + z))

    low = 0.0
    while probabilities(low).sum() < 1:
        low = 2 * low - 1
    high = 1.0
    for _ in range(STEPS_MAX):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if probabilities(middle).sum() > 1 else (low, middle)
    return probabilities((low + high) / 2)


def _goto(q: Floats) -> Floats:
    """Return q less the same number of standard errors √((q-q²)/q) for every outcome."""
    errors = np.sqrt((q - q * q) / q)
    return np.asarray(np.maximum(q - errors * (q.sum() - 1) / errors.sum(), GOTO_FLOOR))


def _proportional(q: Floats) -> Floats:
    return np.asarray(q / q.sum())


METHODS: dict[str, Callable[[Floats], Floats]] = {
    "power": _power,
    "shin": _shin,
    "goto": _goto,
    "proportional": _proportional,
}
