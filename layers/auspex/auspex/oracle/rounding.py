"""Published numbers have nine decimals, and add up as they are published: sums survive the rounding.

A last bit that differs from machine to machine never reaches a reader, so equal requests have equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DECIMALS = 9
UNITS = 10**DECIMALS


def published(value: Any) -> Any:
    """Return a JSON value with every float rounded to nine decimals and no negative zero; arrays become lists."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return round(value, DECIMALS) + 0.0
    if isinstance(value, dict):
        return {name: published(child) for name, child in value.items()}
    if isinstance(value, list | tuple):
        return [published(child) for child in value]
    return value


def published_probabilities(outcomes: Floats) -> tuple[float, float, float]:
    """Return home, draw, away in nine decimals that add up to exactly one; what is impossible stays exactly 0.

    By largest remainders: whichever lost most by rounding down is rounded up.
    """
    exact = (outcomes / outcomes.sum() * UNITS).tolist()
    units = [int(value) for value in exact]
    for index in sorted(range(3), key=lambda i: units[i] - exact[i])[: UNITS - sum(units)]:
        units[index] += 1
    home, draw, away = (unit / UNITS for unit in units)
    return home, draw, away


def published_shares(shares: Floats, *, base: float, total: float) -> list[float]:
    """Return shares in nine decimals whose sum is exactly total - base as these are published.

    What rounding left over, some 1e-9, goes to the largest share.
    """
    units = _units(shares)
    if units:
        units[int(np.argmax(np.abs(shares)))] += _unit(total) - _unit(base) - sum(units)
    return [unit / UNITS + 0.0 for unit in units]


def published_outcome_shares(
    shares: Floats, *, base: Sequence[float], total: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Return factors' shares of home, draw, away, shape (k, 3): rows add up to 0, columns to total - base.

    Exactly so in units of 1e-9, given that base and total each add up to one.
    """
    home = published_shares(shares[:, 0], base=base[0], total=total[0])
    away = published_shares(shares[:, 2], base=base[2], total=total[2])
    return [(h, -(_unit(h) + _unit(a)) / UNITS + 0.0, a) for h, a in zip(home, away, strict=True)]


def _units(values: Floats) -> list[int]:
    return [_unit(value) for value in values.tolist()]


def _unit(value: float) -> int:
    units: int = round(value * UNITS)
    return units
