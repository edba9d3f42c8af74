"""Football-data files of a folder as matches with their odds: `E0_1819.csv` is division E0, season 2018/19."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from auspex.oracle.engine.history import PlayedMatch
from auspex.oracle.football_data import MatchRow, parse_results

NAME = re.compile(r"([A-Za-z]+\d*)_(\d{2})(\d{2})\.csv")
PIVOT = 80
SEASONS_BY_DEFAULT = 7


@dataclass(frozen=True)
class DivisionMatches:
    """All played matches of one division, and the rows that they came from (for odds), in the same order."""

    division: str
    matches: tuple[PlayedMatch, ...]
    rows: tuple[MatchRow, ...]

    @property
    def seasons(self) -> tuple[str, ...]:
        """Season labels, oldest first."""
        return tuple(sorted({match.season for match in self.matches}))


def season_label(first: str, second: str) -> str:
    """Return 2018/19 of 18 and 19, and 2018 of 20 and 18: some leagues play a calendar year."""
    century = 19 if int(first) >= PIVOT else 20
    if int(second) == (int(first) + 1) % 100:
        return f"{century}{first}/{second}"
    return first + second


def read_folder(folder: Path, divisions: Iterable[str] | None) -> tuple[DivisionMatches, ...]:
    """Read every file named like `E0_1819.csv` of the divisions asked for, of all without any."""
    wanted = None if divisions is None else set(divisions)
    files: dict[str, list[tuple[str, Path]]] = {}
    for path in sorted(folder.iterdir()):
        found = NAME.fullmatch(path.name)
        if found is not None and (wanted is None or found[1] in wanted):
            files.setdefault(found[1], []).append((season_label(found[2], found[3]), path))
    return tuple(_read_division(division, sorted(files[division])) for division in files)


def _read_division(division: str, files: list[tuple[str, Path]]) -> DivisionMatches:
    pairs: list[tuple[PlayedMatch, MatchRow]] = []
    for season, path in files:
        for row in parse_results(path.read_bytes()).rows:
            if row.home_goals is not None and row.away_goals is not None:
                match = PlayedMatch(
                    day=row.match_date,
                    season=season,
                    home=row.home,
                    away=row.away,
                    home_goals=row.home_goals,
                    away_goals=row.away_goals,
                    home_sot=row.home_sot,
                    away_sot=row.away_sot,
                    home_shots=row.home_shots,
                    away_shots=row.away_shots,
                    home_corners=row.home_corners,
                    away_corners=row.away_corners,
                    home_red=row.home_red,
                    away_red=row.away_red,
                )
                pairs.append((match, row))
    pairs.sort(key=lambda pair: (pair[0].day, pair[0].home, pair[0].away))
    return DivisionMatches(division, tuple(match for match, _ in pairs), tuple(row for _, row in pairs))


def chosen_seasons(data: Iterable[DivisionMatches], spelled: str | None) -> tuple[str, ...]:
    """Return the seasons to score: `2012/13-2018/19`, one season, or the last seven on record that have an earlier one.

    Raises ValueError when none of them is on record.
    """
    present = sorted({season for division in data for season in division.seasons})
    if not spelled:
        chosen = present[1:][-SEASONS_BY_DEFAULT:]
    else:
        first, _, last = spelled.partition("-")
        chosen = [season for season in present if first <= season <= (last or first)]
    if not chosen:
        raise ValueError(f"no such season: {spelled}; on record: {', '.join(present) or 'none'}")
    return tuple(chosen)
