"""How open a forecast is: its entropy as a share of what is possible, and the bands made of it (ORACLE 7.7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

TERCILE_FORECASTS_MIN = 300
"""Fewer forecasts than about a season leave the thresholds as they are."""


class Band(StrEnum):
    """The lower, middle and upper third of real forecasts by entropy."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


BANDS = (Band.LOW, Band.MEDIUM, Band.HIGH)


@dataclass(frozen=True, slots=True)
class BandShare:
    """What became of the forecasts of one band: their share of all, and the favourite's forecast and observed share."""

    band: Band
    n: int
    share: float
    forecast: float | None
    observed: float | None


def entropy(probabilities: npt.ArrayLike) -> Floats:
    """Return Shannon's entropy in nats over the last axis; what is impossible adds nothing."""
    p = np.asarray(probabilities, dtype=np.float64)
    return np.asarray(-(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=-1))


def risk_score(probabilities: npt.ArrayLike, *, outcomes: int = 3) -> Floats:
    """Return 100·H(p)/ln k, 0 to 100, of probabilities whose last axis holds k = 3 outcomes, or 2 and an exact 0."""
    return np.asarray(100 * entropy(probabilities) / math.log(outcomes))


def risk_parts(nodes: npt.ArrayLike, weights: npt.ArrayLike, *, outcomes: int = 3) -> tuple[float, float, float]:
    """Return the score of the mean of forecasts (m, k) with weights (m,), and its two parts, which add up to it.

    The part of the outcome is the mean score of a single forecast; the rest is what the parameters add: their mutual
    information with the outcome, never below 0.
    """
    each, share = np.asarray(nodes, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    total = float(risk_score(share @ each, outcomes=outcomes))
    within = min(float(share @ risk_score(each, outcomes=outcomes)), total)
    return total, within, total - within


def band_of(score: float, thresholds: tuple[float, float]) -> Band:
    """Return LOW below the first threshold, HIGH from the second on."""
    return BANDS[int(score >= thresholds[0]) + int(score >= thresholds[1])]


def terciles(scores: Floats) -> tuple[float, float] | None:
    """Return where the second and the last third of the scores begin; None for too few of them."""
    if len(scores) < TERCILE_FORECASTS_MIN:
        return None
    low, high = np.quantile(scores, [1 / 3, 2 / 3])
    return float(low), float(high)


def band_table(
    probabilities: Floats, scores: Floats, outcomes: Integers, thresholds: Floats | tuple[float, float]
) -> tuple[BandShare, ...]:
    """Return the bands of forecasts (n, 3) by their scores (n,); thresholds are one pair, or a pair for each (n, 2)."""
    low, high = np.broadcast_to(np.asarray(thresholds, dtype=np.float64), (len(scores), 2)).T
    number = (scores >= low).astype(np.int64) + (scores >= high)
    favourite = probabilities.argmax(axis=1)
    table: list[BandShare] = []
    for index, band in enumerate(BANDS):
        chosen = number == index
        count = int(chosen.sum())
        table.append(
            BandShare(
                band=band,
                n=count,
                share=count / max(len(scores), 1),
                forecast=float(probabilities[chosen].max(axis=1).mean()) if count else None,
                observed=float((favourite == outcomes)[chosen].mean()) if count else None,
            )
        )
    return tuple(table)
