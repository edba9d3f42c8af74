"""A small league with known strengths in the database: teams, fixtures and parameters fitted on what was played."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from tests.conftest import Database

from auspex.oracle.engine.calibrate import Layer
from auspex.oracle.engine.elo_fit import fit_elo
from auspex.oracle.engine.goals_fit import fit_goals
from auspex.oracle.engine.history import History, PlayedMatch
from auspex.oracle.parameter_store import store_parameters

NAMES = ("Ashford", "Birch Vale", "Kelby", "Dunmore", "Eastwick", "Fenwood")
SEASON = "2024/25"
ROUNDS = 4
COMPETITION = "E0"


def identifier(name: str) -> str:
    """Return the identifier of a team of this league."""
    return "england-" + name.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class League:
    """The league on one day: versions of both models trained on everything before it."""

    database: Database
    day: date
    versions: dict[str, str]

    def add_match(self, home: str, away: str, kickoff: datetime) -> str:
        """Store a match to come and return its identifier."""
        match_id = f"E0-2425-{identifier(home)[8:]}-{identifier(away)[8:]}"
        with self.database.connect(None) as connection:
            connection.execute(
                "INSERT INTO oracle.matches (match_id, competition, season, match_date, kickoff, home_id, away_id, "
                "status, updated_at) VALUES (%s, %s, %s, %s, %s, %s, %s, 'scheduled', %s)",
                [match_id, COMPETITION, SEASON, kickoff.date(), kickoff, identifier(home), identifier(away), kickoff],
            )
        return match_id


def play(day: date) -> History:
    """Return four double rounds that ended on the eve of a day; the first name is the strongest."""
    numbers = np.random.Generator(np.random.PCG64(11))
    pairs = [pair for _ in range(ROUNDS) for pair in itertools.permutations(range(len(NAMES)), 2)]
    matches = []
    for index, (home, away) in enumerate(pairs):
        gap = 0.18 * (away - home)
        goals = numbers.poisson((1.5 * np.exp(gap), 1.1 * np.exp(-gap)))
        played = day - timedelta(days=1 + (len(pairs) - 1 - index) // 2)
        home_id, away_id = identifier(NAMES[home]), identifier(NAMES[away])
        matches.append(PlayedMatch(played, SEASON, home_id, away_id, int(goals[0]), int(goals[1])))
    return History.of(matches)


def store_league(database: Database, *, day: date, layer: Layer | None = None) -> League:
    """Store the league as it stands on the morning of a day."""
    versions = {}
    with database.connect(None) as connection:
        for name in NAMES:
            connection.execute("INSERT INTO oracle.teams VALUES (%s, %s, 'England')", [identifier(name), name])
            connection.execute(
                "INSERT INTO oracle.team_aliases (competition, alias, team_id) VALUES (%s, %s, %s)",
                [COMPETITION, name, identifier(name)],
            )
    with database.connect("auspex_oracle") as connection:
        for fit in (fit_elo, fit_goals):
            fitted = fit(play(day), as_of=day, season=SEASON)
            versions[fit.__name__.removeprefix("fit_")] = store_parameters(
                connection, competition=COMPETITION, fitted=fitted, layer=layer or Layer(), status="active",
                at=datetime.combine(day, time(7), UTC),
            )  # fmt: skip
    return League(database, day, versions)
