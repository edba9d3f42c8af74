"""What a tally of seasons says of each team, every number with its simulation error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.monte_carlo import Percentile, percentiles, share_error
from auspex.oracle.engine.season import SeasonTally

Integers = npt.NDArray[np.int64]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Share:
    """A simulated probability and its standard error; for 0 and 1 the error is the bound 3/n."""

    probability: float
    mc_standard_error: float


@dataclass(frozen=True, slots=True)
class TeamSummary:
    """One team's season: `positions[p]` is the probability to come (p + 1)-th, `zones` follow the order asked for.

    `by_lot` is the share of seasons in which a lot placed the team.
    """

    positions: tuple[Share, ...]
    zones: tuple[Share, ...]
    points_mean: float
    points_sd: float
    points_mean_error: float
    points_percentiles: tuple[Percentile, ...]
    by_lot: float


def summarise(
    tally: SeasonTally, zones: Sequence[tuple[int, int]], levels: Sequence[float] = LEVELS
) -> list[TeamSummary]:
    """Return the summary of every team in the tally's order; zones are places from 1, both ends included."""
    values = np.arange(tally.points.shape[1]) + tally.points_low
    return [_summary(tally, team, values, zones, levels) for team in range(len(tally.positions))]


def _summary(
    tally: SeasonTally, team: int, values: Integers, zones: Sequence[tuple[int, int]], levels: Sequence[float]
) -> TeamSummary:
    n, places, counts = tally.seasons, tally.positions[team], tally.points[team]
    mean = float(counts @ values) / n
    variance = float(counts @ (values - mean) ** 2) / max(n - 1, 1)
    return TeamSummary(
        positions=tuple(_share(int(count), n) for count in places),
        zones=tuple(_share(int(places[first - 1 : last].sum()), n) for first, last in zones),
        points_mean=mean,
        points_sd=math.sqrt(variance),
        points_mean_error=math.sqrt(variance / n),
        points_percentiles=tuple(percentiles(counts, values, levels)),
        by_lot=int(tally.by_lot[team]) / n,
    )


def _share(count: int, n: int) -> Share:
    return Share(count / n, float(share_error(count / n, n)))
