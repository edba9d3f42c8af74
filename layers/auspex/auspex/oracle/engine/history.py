"""Played matches as arrays, in one order however they came in; `before` is the only way to what a forecast may know."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class LookAheadError(ValueError):
    """A fit was given a result of the day that it forecasts, or of a later one."""


@dataclass(frozen=True, slots=True)
class PlayedMatch:
    """One result. Shots on target, shots and corners are None where the source has none; `season` is any label."""

    day: date
    season: str
    home: str
    away: str
    home_goals: int
    away_goals: int
    home_sot: int | None = None
    away_sot: int | None = None
    home_shots: int | None = None
    away_shots: int | None = None
    home_corners: int | None = None
    away_corners: int | None = None
    home_red: int | None = None
    away_red: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Results of one competition, oldest first: parallel arrays of length n, positions into `teams` and `seasons`.

    `days` are proleptic ordinals; unknown counts are NaN. Seasons are in order of their first day.
    """

    teams: tuple[str, ...]
    seasons: tuple[str, ...]
    days: Integers
    season: Integers
    home: Integers
    away: Integers
    home_goals: Floats
    away_goals: Floats
    home_sot: Floats
    away_sot: Floats
    home_shots: Floats
    away_shots: Floats
    home_corners: Floats
    away_corners: Floats
    home_red: Floats
    away_red: Floats

    @classmethod
    def of(cls, matches: Iterable[PlayedMatch]) -> History:
        """Order matches by day, home and away team: any permutation of them gives the same history."""
        rows = sorted(matches, key=lambda row: (row.day, row.home, row.away))
        teams = tuple(sorted({row.home for row in rows} | {row.away for row in rows}))
        # A dictionary keeps the order of first days.
        seasons = tuple(dict.fromkeys(row.season for row in rows))
        team_at = {name: index for index, name in enumerate(teams)}
        season_at = {label: index for index, label in enumerate(seasons)}

        def whole(values: Iterable[int]) -> Integers:
            return np.fromiter(values, dtype=np.int64, count=len(rows))

        def real(values: Iterable[int | None]) -> Floats:
            known = (np.nan if value is None else value for value in values)
            return np.fromiter(known, dtype=np.float64, count=len(rows))

        return cls(
            teams=teams,
            seasons=seasons,
            days=whole(row.day.toordinal() for row in rows),
            season=whole(season_at[row.season] for row in rows),
            home=whole(team_at[row.home] for row in rows),
            away=whole(team_at[row.away] for row in rows),
            home_goals=real(row.home_goals for row in rows),
            away_goals=real(row.away_goals for row in rows),
            home_sot=real(row.home_sot for row in rows),
            away_sot=real(row.away_sot for row in rows),
            home_shots=real(row.home_shots for row in rows),
            away_shots=real(row.away_shots for row in rows),
            home_corners=real(row.home_corners for row in rows),
            away_corners=real(row.away_corners for row in rows),
            home_red=real(row.home_red for row in rows),
            away_red=real(row.away_red for row in rows),
        )

    def __len__(self) -> int:
        return len(self.days)

    @property
    def trained_through(self) -> date | None:
        """The day of the newest result, None without one."""
        return date.fromordinal(int(self.days[-1])) if len(self) else None

    @property
    def outcomes(self) -> Integers:
        """0 home win, 1 draw, 2 away win."""
        return np.asarray(1 - np.sign(self.home_goals - self.away_goals), dtype=np.int64)

    def rows(self, chosen: slice | npt.NDArray[np.bool_]) -> History:
        """Return some of the matches; teams and seasons that none of them names are forgotten."""
        home, away, season = self.home[chosen], self.away[chosen], self.season[chosen]
        kept_teams, positions = np.unique(np.concatenate([home, away]), return_inverse=True)
        kept_seasons, season = np.unique(season, return_inverse=True)
        return History(
            teams=tuple(self.teams[index] for index in kept_teams),
            seasons=tuple(self.seasons[index] for index in kept_seasons),
            days=self.days[chosen],
            season=season.astype(np.int64),
            home=positions[: len(home)].astype(np.int64),
            away=positions[len(home) :].astype(np.int64),
            home_goals=self.home_goals[chosen],
            away_goals=self.away_goals[chosen],
            home_sot=self.home_sot[chosen],
            away_sot=self.away_sot[chosen],
            home_shots=self.home_shots[chosen],
            away_shots=self.away_shots[chosen],
            home_corners=self.home_corners[chosen],
            away_corners=self.away_corners[chosen],
            home_red=self.home_red[chosen],
            away_red=self.away_red[chosen],
        )

    def before(self, day: date) -> History:
        """Return the matches of earlier days only: what may be known when a match of `day` is forecast."""
        return self.rows(slice(0, bisect.bisect_left(self.days, day.toordinal())))

    def since(self, day: date) -> History:
        """Return the matches of `day` and later."""
        return self.rows(slice(bisect.bisect_left(self.days, day.toordinal()), None))

    def season_teams(self, label: str) -> frozenset[str]:
        """Return who has played in a season; nobody in one that is not here."""
        if label not in self.seasons:
            return frozenset()
        chosen = self.season == self.seasons.index(label)
        return frozenset(self.teams[index] for index in {*self.home[chosen].tolist(), *self.away[chosen].tolist()})

    def season_before(self, label: str) -> str | None:
        """Return the season before one, the newest for a season that has not begun here; None for the first."""
        position = self.seasons.index(label) if label in self.seasons else len(self.seasons)
        return self.seasons[position - 1] if position else None

    def newcomers(self, season: str, field: Sequence[str]) -> frozenset[str]:
        """Return who plays in `season` (as `field` or results say) without having played in the one before.

        In the first season on record everybody is new, hence nobody.
        """
        before = self.season_before(season)
        if before is None:
            return frozenset()
        return (self.season_teams(season) | frozenset(field)) - self.season_teams(before)

    def check_before(self, day: date) -> None:
        """Raise LookAheadError when a result is not older than `day`."""
        newest = self.trained_through
        if newest is not None and newest >= day:
            raise LookAheadError(f"a result of {newest} cannot serve a forecast for {day}")
