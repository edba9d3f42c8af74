"""Play the rest of a season many times (ORACLE 7.6): what is left is drawn, what was played stands.

Each simulated season draws the teams' strengths once from their posterior, then every remaining scoreline from them, so
that a table's spread holds both what the matches and what our ignorance do. Seasons come in shards with a stream each:
tallies of shards add up to the same whole in whatever order and by however many workers they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from auspex.oracle.engine.draws import Stream, poisson_counts, standard_normals
from auspex.oracle.engine.grid import RATE_MAX, RATE_MIN, clipped_rho
from auspex.oracle.engine.tie_breaks import Criterion, FinalTables, Results, order_tables

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

STAGE = 1
"""First part of the spawn key of season shards; the second is the shard's number."""
SHARD_SEASONS = 2_000
MATCHES_AT_ONCE = 16
"""Matches drawn in one go: as many as keep a shard's arrays within a processor's cache."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """The posterior of a goals model for a season's T teams: ln λ = c + h + att_i - def_j, ln μ = c + att_j - def_i.

    `mean` is (c, h, att_1…att_T, def_1…def_T), `factor` of shape (2 + 2T, K) any matrix with factor·factorᵀ = their
    covariance (zeros: strengths known exactly).
    """

    mean: Floats
    factor: Floats
    rho: float


def strengths_of(
    wanted: Sequence[str],
    *,
    teams: Sequence[str],
    mean: Floats,
    factor: Floats,
    rho: float,
    newcomer_mean: float = -0.20,
    newcomer_sd: float = 0.0,
) -> Strengths:
    """Return the part of a fit that concerns the wanted teams, in their order.

    `mean` and `factor` are the fit's over (c, h, att of teams, def of teams). A wanted team that was not fitted gets
    the newcomers' mean for attack and defence, each with a standard deviation of its own.
    """
    position = {team: index for index, team in enumerate(teams)}
    unknown = [team for team in wanted if team not in position]
    rows = [0, 1]
    extra: list[int] = []
    for offset in (2, 2 + len(teams)):
        for team in wanted:
            if team in position:
                rows.append(offset + position[team])
            else:
                extra.append(len(rows))
                rows.append(0)
    chosen_mean, chosen_factor = mean[rows].astype(np.float64), factor[rows].astype(np.float64)
    chosen_mean[extra], chosen_factor[extra] = newcomer_mean, 0.0
    own = np.zeros((len(rows), 2 * len(unknown)))
    own[extra, range(len(extra))] = newcomer_sd
    return Strengths(chosen_mean, np.concatenate((chosen_factor, own), axis=1), rho)


@dataclass(frozen=True, slots=True)
class Season:
    """A season as it stands: indices of teams from 0 to T - 1.

    `played` rows are (home, away, home goals, away goals), `remaining` rows (home, away); `adjustments` are points
    given or taken by decision, (T,).
    """

    teams: int
    played: Integers
    remaining: Integers
    strengths: Strengths
    chain: tuple[Criterion, ...]
    adjustments: Integers


@dataclass(frozen=True, slots=True)
class SeasonTally:
    """Counts over simulated seasons, which add up over shards.

    `positions[t, p]`: seasons in which team t came p-th, from 0. `points[t, k]`: in which it had points_low + k points.
    `by_lot[t]`: in which a lot placed it; `seasons_by_lot`: in which a lot placed anybody.
    """

    seasons: int
    seasons_by_lot: int
    points_low: int
    positions: Integers
    points: Integers
    by_lot: Integers

    def __add__(self, other: SeasonTally) -> SeasonTally:
        """Return both together. Raises ValueError for tallies of different seasons."""
        if self.points_low != other.points_low or self.points.shape != other.points.shape:
            raise ValueError("tallies of different seasons do not add up")
        return SeasonTally(
            self.seasons + other.seasons,
            self.seasons_by_lot + other.seasons_by_lot,
            self.points_low,
            self.positions + other.positions,
            self.points + other.points,
            self.by_lot + other.by_lot,
        )

    def as_json(self) -> dict[str, Any]:
        """Return whole numbers and lists of them, for a shard's row."""
        return {
            field.name: value.tolist() if isinstance(value := getattr(self, field.name), np.ndarray) else value
            for field in fields(self)
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> SeasonTally:
        """Return what `as_json` gave."""
        positions, points, by_lot = (np.array(stored[key], dtype=np.int64) for key in ("positions", "points", "by_lot"))
        return cls(
            stored["seasons"], stored["seasons_by_lot"], stored["points_low"], positions, points, by_lot
        )  # fmt: skip


def simulate_shard(season: Season, *, seed: int, shard: int, seasons: int = SHARD_SEASONS) -> SeasonTally:
    """Play the remaining matches of that many seasons and count how they end.

    Two calls with the same seed and shard share their uniforms, match by match, when the same matches remain: what
    differs between them is then the change and hardly the chance.
    """
    return _counted(season, play(season, seed=seed, shard=shard, seasons=seasons))


def simulate(season: Season, *, seed: int, seasons: int) -> SeasonTally:
    """Return the tally of all shards of that many seasons."""
    cuts = shard_sizes(seasons)
    total = simulate_shard(season, seed=seed, shard=0, seasons=cuts[0])
    for shard, size in enumerate(cuts[1:], start=1):
        total = total + simulate_shard(season, seed=seed, shard=shard, seasons=size)
    return total


def shard_sizes(seasons: int) -> list[int]:
    """Cut a number of seasons into shards: 2,000 each, the rest in the last."""
    if seasons < 1:
        raise ValueError("at least one season")
    whole, rest = divmod(seasons, SHARD_SEASONS)
    return [SHARD_SEASONS] * whole + [rest] * (rest > 0)


def play(season: Season, *, seed: int, shard: int, seasons: int) -> FinalTables:
    """Return the final tables of one shard's seasons."""
    stream = Stream(seed, (STAGE, shard))
    home_goals, away_goals = _drawn_goals(season, stream, seasons)
    played = season.played.reshape(-1, 4)
    matches = np.concatenate((played[:, :2], season.remaining.reshape(-1, 2)))
    results = Results(
        matches[:, 0],
        matches[:, 1],
        np.concatenate((np.repeat(played[:, 2:3].astype(np.int8), seasons, axis=1), home_goals)),
        np.concatenate((np.repeat(played[:, 3:4].astype(np.int8), seasons, axis=1), away_goals)),
        season.teams,
        season.adjustments,
    )
    return order_tables(results, season.chain, stream.uniforms((season.teams, seasons)))


def _drawn_goals(season: Season, stream: Stream, seasons: int) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Return goals of the remaining matches, shape (matches, seasons) each."""
    strengths, matches = season.strengths, season.remaining.reshape(-1, 2)
    normals = standard_normals(stream.uniforms((strengths.factor.shape[1], seasons)))
    drawn = strengths.mean[:, None] + strengths.factor @ normals
    attack, defence = drawn[2 : 2 + season.teams], drawn[2 + season.teams :]
    home_base, away_base = drawn[0] + drawn[1] + attack, drawn[0] + attack
    home_goals = np.empty((len(matches), seasons), dtype=np.int8)
    away_goals = np.empty_like(home_goals)
    for first in range(0, len(matches), MATCHES_AT_ONCE):
        some = slice(first, first + MATCHES_AT_ONCE)
        home, away = matches[some, 0], matches[some, 1]
        home_rate = np.clip(np.exp(home_base[home] - defence[away]), RATE_MIN, RATE_MAX)
        away_rate = np.clip(np.exp(away_base[away] - defence[home]), RATE_MIN, RATE_MAX)
        uniform = stream.uniforms((len(home), 2, seasons))
        home_goals[some], away_goals[some] = draw_goals(
            home_rate, away_rate, strengths.rho, uniform[:, 0], uniform[:, 1]
        )
    return home_goals, away_goals


def draw_goals(
    home_rate: Floats, away_rate: Floats, rho: float, home_uniform: Floats, away_uniform: Floats
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """Draw one scoreline per pair of rates from its grid: home goals first, then away goals given those.

    ρ leaves the home goals Poisson; given none or one of them it only moves away goals between 0 and 1.
    """
    home_goals = poisson_counts(home_rate, home_uniform)
    if rho == 0:
        return home_goals, poisson_counts(away_rate, away_uniform)
    # A drawn rate may be too high for the fitted ρ; most blocks have none such.
    highest = max(float(home_rate.max()), float(away_rate.max()))
    valid: float | Floats = (
        rho if -1 / highest <= rho <= 1 / max(highest, 1) ** 2 else clipped_rho(home_rate, away_rate, rho)
    )
    none, one = home_goals == 0, home_goals == 1
    factor = np.where(none, 1 - home_rate * away_rate * valid, np.where(one, 1 + away_rate * valid, 1.0))
    return home_goals, poisson_counts(away_rate, away_uniform, factor_at_zero=factor)


def _counted(season: Season, tables: FinalTables) -> SeasonTally:
    teams, seasons = tables.positions.shape
    low, high = _points_range(season)
    rows = np.arange(teams)[:, None]
    width = high - low + 1
    positions = np.bincount((rows * teams + tables.positions).ravel(), minlength=teams * teams)
    points = np.bincount((rows * width + tables.points - low).ravel(), minlength=teams * width)
    return SeasonTally(
        seasons=seasons,
        seasons_by_lot=int(tables.decided_by_lot.any(axis=0).sum()),
        points_low=low,
        positions=positions.reshape(teams, teams),
        points=points.reshape(teams, width),
        by_lot=tables.decided_by_lot.sum(axis=1),
    )


def _points_range(season: Season) -> tuple[int, int]:
    sides = np.concatenate((season.played.reshape(-1, 4)[:, :2].ravel(), season.remaining.ravel()))
    matches = np.bincount(sides, minlength=season.teams)
    return int(min(season.adjustments.min(), 0)), int((3 * matches + season.adjustments).max())


def tallied(parts: Iterable[SeasonTally]) -> SeasonTally:
    """Add tallies of shards up. Raises ValueError without any."""
    total: SeasonTally | None = None
    for part in parts:
        total = part if total is None else total + part
    if total is None:
        raise ValueError("no tallies")
    return total
