"""Order the final tables of many seasons at once, by a chain of criteria that is data (ORACLE 7.6).

Teams that a criterion leaves level are told apart by the next. Head-to-head criteria count only the matches among the
teams that are still level; when one of them splits a group, the rest of the group begins again with the first of them,
among itself alone, as the Spanish regulations word it. A lot is a seeded draw, and who needed it is reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Criterion(StrEnum):
    """What a table is ordered by; more is better."""

    POINTS = "points"
    GOAL_DIFFERENCE = "goal_difference"
    GOALS_FOR = "goals_for"
    AWAY_GOALS = "away_goals"
    HEAD_TO_HEAD_POINTS = "head_to_head_points"
    HEAD_TO_HEAD_GOAL_DIFFERENCE = "head_to_head_goal_difference"
    HEAD_TO_HEAD_AWAY_GOALS = "head_to_head_away_goals"
    LOT = "lot"


HEAD_TO_HEAD = frozenset(
    {Criterion.HEAD_TO_HEAD_POINTS, Criterion.HEAD_TO_HEAD_GOAL_DIFFERENCE, Criterion.HEAD_TO_HEAD_AWAY_GOALS}
)


class TieBreakError(ValueError):
    """A chain that names an unknown criterion or one twice, or does not begin with points."""


def parse_chain(names: Sequence[str]) -> tuple[Criterion, ...]:
    """Return the criteria of a chain that begins with points; a lot ends it even where the data leave it out."""
    known = {criterion.value for criterion in Criterion}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise TieBreakError(f"unknown tie-break: {unknown[0]}")
    chain = tuple(Criterion(name) for name in names)
    if not chain or chain[0] is not Criterion.POINTS or len(set(chain)) < len(chain):
        raise TieBreakError("a chain begins with points and names each criterion once")
    if Criterion.LOT in chain[:-1]:
        raise TieBreakError("nothing follows a lot")
    return chain if chain[-1] is Criterion.LOT else (*chain, Criterion.LOT)


@dataclass(frozen=True, slots=True)
class Results:
    """All matches of S seasons of T teams: teams' indices of M matches, goals of shape (M, S).

    `adjustments` are points added to each team whatever it plays (a deduction is negative), shape (T,).
    """

    home: Integers
    away: Integers
    home_goals: npt.NDArray[np.int8]
    away_goals: npt.NDArray[np.int8]
    teams: int
    adjustments: Integers

    def seasons(self, chosen: npt.NDArray[np.bool_] | Integers) -> Results:
        """Return some of the seasons."""
        return Results(
            self.home, self.away, self.home_goals[:, chosen], self.away_goals[:, chosen], self.teams, self.adjustments
        )

    def home_points(self) -> npt.NDArray[np.int8]:
        """Return 3, 1 or 0 for the home side of each match."""
        return _points(self.home_goals, self.away_goals)

    def away_points(self) -> npt.NDArray[np.int8]:
        """Return 3, 1 or 0 for the away side of each match."""
        return _points(self.away_goals, self.home_goals)

    def summed(self, of_home: npt.NDArray[np.int8] | None, of_away: npt.NDArray[np.int8] | None) -> Integers:
        """Return what matches give each team, shape (T, S)."""
        # One-hot rows times matches: sums of small whole numbers, exact in single precision and fast.
        total = np.zeros((self.teams, self.home_goals.shape[1]), dtype=np.float32)
        for side, gained in ((self.home, of_home), (self.away, of_away)):
            if gained is not None and side.size:
                rows = (np.arange(self.teams)[:, None] == side).astype(np.float32)
                total += rows @ gained.astype(np.float32)
        return total.astype(np.int64)

    def summed_by_opponent(
        self, of_home: npt.NDArray[np.int8] | None, of_away: npt.NDArray[np.int8] | None
    ) -> npt.NDArray[np.int16]:
        """Return what each team got out of its matches with each other one, shape (T, T, S)."""
        total = np.zeros((self.teams, self.teams, self.home_goals.shape[1]), dtype=np.int16)
        for match, (home, away) in enumerate(zip(self.home.tolist(), self.away.tolist(), strict=True)):
            if of_home is not None:
                total[home, away] += of_home[match]
            if of_away is not None:
                total[away, home] += of_away[match]
        return total


@dataclass(frozen=True, slots=True)
class FinalTables:
    """Positions from 0 (first) of shape (T, S), the points, and who was placed by lot."""

    positions: Integers
    points: Integers
    decided_by_lot: npt.NDArray[np.bool_]


def order_tables(results: Results, chain: Sequence[Criterion], lots: Floats) -> FinalTables:
    """Order the teams of every season; `lots` are uniforms of shape (T, S), more is better."""
    points = results.summed(results.home_points(), results.away_points()) + results.adjustments[:, None]
    positions = _number_above(points)
    drawn = np.zeros(points.shape, dtype=np.bool_)
    tied = np.flatnonzero(_has_ties(positions))
    if tied.size:
        settler = _Settler(results.seasons(tied), tuple(chain)[1:], positions[:, tied], lots[:, tied])
        settler.run()
        positions[:, tied], drawn[:, tied] = settler.places, settler.drawn
    return FinalTables(positions, points, drawn)


class _Settler:
    """Take seasons with level teams through the rest of the chain; each season is at a criterion of its own."""

    def __init__(self, results: Results, chain: tuple[Criterion, ...], places: Integers, lots: Floats) -> None:
        self.results, self.chain, self.places, self.lots = results, chain, places, lots
        self.drawn = np.zeros(places.shape, dtype=np.bool_)
        self.again = next((index for index, criterion in enumerate(chain) if criterion in HEAD_TO_HEAD), len(chain))
        self._by_opponent: dict[Criterion, npt.NDArray[np.int16]] = {}
        self._overall: dict[Criterion, Integers] = {}

    def run(self) -> None:
        at = np.zeros(self.places.shape[1], dtype=np.int64)
        while (open_seasons := _has_ties(self.places)).any():
            index = int(at[open_seasons].min())
            chosen = np.flatnonzero(open_seasons & (at == index))
            before = self.places[:, chosen]
            after = _number_above(self.value(self.chain[index], chosen, before), within=before)
            if self.chain[index] is Criterion.LOT:
                self.drawn[:, chosen] = _is_level(before)
            self.places[:, chosen] = after
            split = (after != before).any(axis=0)
            at[chosen] = np.where(split & (index >= self.again), self.again, index + 1)

    def value(self, criterion: Criterion, chosen: Integers, places: Integers) -> Integers | Floats:
        """Return what the criterion gives each team in the chosen seasons, shape (T, chosen)."""
        if criterion in HEAD_TO_HEAD:
            level = places[:, None, :] == places[None, :, :]
            return np.asarray((self.by_opponent(criterion)[:, :, chosen] * level).sum(axis=1, dtype=np.int64))
        if criterion is Criterion.LOT:
            return self.lots[:, chosen]
        return self.overall(criterion)[:, chosen]

    def by_opponent(self, criterion: Criterion) -> npt.NDArray[np.int16]:
        """Return what each team got out of its matches with each other one, shape (T, T, S); counted once."""
        if criterion not in self._by_opponent:
            results = self.results
            if criterion is Criterion.HEAD_TO_HEAD_POINTS:
                gained = results.summed_by_opponent(results.home_points(), results.away_points())
            elif criterion is Criterion.HEAD_TO_HEAD_AWAY_GOALS:
                gained = results.summed_by_opponent(None, results.away_goals)
            else:
                difference = results.home_goals - results.away_goals
                gained = results.summed_by_opponent(difference, -difference)
            self._by_opponent[criterion] = gained
        return self._by_opponent[criterion]

    def overall(self, criterion: Criterion) -> Integers:
        """Return what the criterion gives each team over all matches, shape (T, S); counted once."""
        if criterion not in self._overall:
            results = self.results
            if criterion is Criterion.GOALS_FOR:
                gained = results.summed(results.home_goals, results.away_goals)
            elif criterion is Criterion.AWAY_GOALS:
                gained = results.summed(None, results.away_goals)
            else:
                difference = results.home_goals - results.away_goals
                gained = results.summed(difference, -difference)
            self._overall[criterion] = gained
        return self._overall[criterion]


def _points(own: npt.NDArray[np.int8], other: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    return np.asarray(3 * (own > other).astype(np.int8) + (own == other).astype(np.int8))


def _number_above(value: Integers | Floats, *, within: Integers | None = None) -> Integers:
    """Return how many teams are ahead of each, shape (T, S); only teams level before can pass one another."""
    above = value[None, :, :] > value[:, None, :]
    if within is None:
        return np.asarray(above.sum(axis=1, dtype=np.int64))
    passing = above & (within[None, :, :] == within[:, None, :])
    return np.asarray(within + passing.sum(axis=1, dtype=np.int64))


def _is_level(places: Integers) -> npt.NDArray[np.bool_]:
    """Tell which teams share their place with another one, shape (T, S)."""
    return np.asarray((places[None, :, :] == places[:, None, :]).sum(axis=1) > 1)


def _has_ties(places: Integers) -> npt.NDArray[np.bool_]:
    """Tell in which seasons two teams share a place, shape (S,)."""
    ordered = np.sort(places, axis=0)
    return np.asarray((ordered[1:] == ordered[:-1]).any(axis=0))
