"""What a projection is asked with: a competition's season, or a league of the caller's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from auspex.core.limits import (
    PROJECTION_FIXTURES_MAX,
    PROJECTION_LEVERS_MAX,
    PROJECTION_TEAMS_MAX,
    SEASONS_DEFAULT,
    SEASONS_MAX,
    SEASONS_MIN,
    SEED_MAX,
)
from auspex.oracle.fixture_bodies import CompetitionCode, Factor, TeamName
from auspex.oracle.model import RHO_DEFAULT, LeverKind
from auspex.platform.replies import Request

CriterionName = Literal[
    "points", "goal_difference", "goals_for", "away_goals", "head_to_head_points", "head_to_head_goal_difference",
    "head_to_head_away_goals", "lot",
]  # fmt: skip


Log = Annotated[float, Field(ge=-3, le=3, allow_inf_nan=False)]
LogSd = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Goals = Annotated[int, Field(ge=0, le=99)]
Adjustment = Annotated[int, Field(ge=-99, le=99)]


class LeagueTeam(Request):
    """A team of the caller's own league: natural logarithms of what multiplies its goals and divides its opponents'."""

    name: TeamName
    attack: Log = 0.0
    defence: Log = 0.0
    sd: Annotated[LogSd, Field(description="Standard deviation of attack and of defence")] = 0.0
    points: Annotated[Adjustment, Field(description="Points given or taken by decision")] = 0


class LeagueResult(Request):
    """A match that was played."""

    home: TeamName
    away: TeamName
    home_goals: Goals
    away_goals: Goals


class LeagueFixture(Request):
    """A match that is left."""

    home: TeamName
    away: TeamName


class TeamLever(Request):
    """A change of one team for all that is left: above 1 is stronger, in attack as in defence."""

    kind: LeverKind
    team: Annotated[TeamName, Field(description="Its id in a competition, its name in a league of your own")]
    attack_factor: Factor | None = None
    defence_factor: Factor | None = None

    @model_validator(mode="after")
    def have_a_number(self) -> Self:
        """Refuse a lever without a number: no hidden size is invented."""
        if self.attack_factor is self.defence_factor is None:
            raise ValueError("a lever needs attack_factor or defence_factor")
        return self


class LeagueZone(Request):
    """Places of the final table under a name, both ends included, from 1."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=1)]


OWN_EXAMPLE: dict[str, Any] = {
    "n": 1000,
    "teams": [
        {"name": "Alpha", "attack": 0.2, "defence": 0.1}, {"name": "Bravo"}, {"name": "Gamma", "attack": -0.1},
    ],
    "results": [{"home": "Alpha", "away": "Bravo", "home_goals": 2, "away_goals": 1}],
    "fixtures": [
        {"home": "Bravo", "away": "Gamma"}, {"home": "Gamma", "away": "Alpha"}, {"home": "Bravo", "away": "Alpha"},
    ],
    "tie_break": ["points", "goal_difference", "goals_for", "lot"],
    "seed": 7,
}  # fmt: skip
OWN_FIELDS = ("results", "fixtures", "tie_break", "zones")


class CreateProjection(Request):
    """A season to play to its end many times: of a competition that is stored, or of a league of your own."""

    model_config = ConfigDict(json_schema_extra={"examples": [OWN_EXAMPLE]})

    competition: CompetitionCode | None = None
    season: Annotated[
        str | None, Field(pattern=r"^[0-9]{4}/[0-9]{2}$", description="Such as 2018/19; that of `as_of` when absent")
    ] = None
    as_of: Annotated[
        date | None, Field(description="Only matches and parameters of earlier days are known; today when absent")
    ] = None
    teams: Annotated[tuple[LeagueTeam, ...], Field(max_length=PROJECTION_TEAMS_MAX)] = ()
    results: Annotated[tuple[LeagueResult, ...], Field(max_length=PROJECTION_FIXTURES_MAX)] = ()
    fixtures: Annotated[tuple[LeagueFixture, ...], Field(max_length=PROJECTION_FIXTURES_MAX)] = ()
    tie_break: Annotated[
        tuple[CriterionName, ...], Field(max_length=8, description="Begins with points; a lot ends it in any case")
    ] = ()
    zones: Annotated[tuple[LeagueZone, ...], Field(max_length=10)] = ()
    goals_home: Annotated[float, Field(ge=0.05, le=6, description="Goals of an average home side, own league")] = 1.45
    goals_away: Annotated[float, Field(ge=0.05, le=6, description="Goals of an average away side, own league")] = 1.15
    rho: Annotated[float, Field(ge=-0.2, le=0.2, description="Low-score correction, own league")] = RHO_DEFAULT
    n: Annotated[int, Field(ge=SEASONS_MIN, le=SEASONS_MAX, description="Simulated seasons")] = SEASONS_DEFAULT
    seed: Annotated[int | None, Field(ge=0, le=SEED_MAX, description="Derived from the input when absent")] = None
    levers: Annotated[tuple[TeamLever, ...], Field(max_length=PROJECTION_LEVERS_MAX)] = ()

    @model_validator(mode="after")
    def name_one_league(self) -> Self:
        """Refuse a request for both kinds of league, and for none; a league of one's own must hold together."""
        if self.competition is None:
            self._check_own_league()
        elif self.teams or any(getattr(self, name) for name in OWN_FIELDS):
            raise ValueError("name a competition or give a league of your own, not both")
        return self

    def _check_own_league(self) -> None:
        names = [team.name for team in self.teams]
        if len(names) < 2 or not self.tie_break or not self.fixtures:
            raise ValueError("name a competition, or give teams (two at least) with a tie_break and fixtures")
        if self.season is not None or self.as_of is not None:
            raise ValueError("season and as_of belong to a competition")
        if len({name.casefold() for name in names}) < len(names):
            raise ValueError("a team stands twice")
        self._check_tie_break()
        matches: tuple[LeagueResult | LeagueFixture, ...] = (*self.results, *self.fixtures)
        for match in matches:
            if match.home == match.away or not {match.home, match.away} <= set(names):
                raise ValueError(f"{match.home} - {match.away}: name two different teams of the list")
        if any(lever.team not in names for lever in self.levers):
            raise ValueError("a lever names no team of the list")
        if any(not zone.first <= zone.last <= len(names) for zone in self.zones):
            raise ValueError("a zone lies outside the table")

    def _check_tie_break(self) -> None:
        if self.tie_break[0] != "points" or len(set(self.tie_break)) < len(self.tie_break):
            raise ValueError("a tie_break begins with points and names each criterion once")
        if "lot" in self.tie_break[:-1]:
            raise ValueError("nothing follows a lot")

    def own_league(self) -> dict[str, Any] | None:
        """Return the league that the caller states, as a run keeps it; None for a competition."""
        if self.competition is not None:
            return None
        index = {team.name: number for number, team in enumerate(self.teams)}
        return {
            "teams": [{"id": team.name, "name": team.name} for team in self.teams],
            "played": [[index[m.home], index[m.away], m.home_goals, m.away_goals] for m in self.results],
            "remaining": [[index[m.home], index[m.away]] for m in self.fixtures],
            "adjustments": [team.points for team in self.teams],
            "tie_break": list(self.tie_break),
            "zones": [zone.model_dump() for zone in self.zones] or [{"key": "champion", "first": 1, "last": 1}],
            "strengths": {
                "goals_home": self.goals_home, "goals_away": self.goals_away, "rho": self.rho,
                "attack": [team.attack for team in self.teams], "defence": [team.defence for team in self.teams],
                "sd": [team.sd for team in self.teams],
            },
        }  # fmt: skip
