"""What `oracle.projections` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from auspex_client.models.shared import LeverKind


class LeagueFixture(TypedDict):
    """A match that is left."""

    away: str
    home: str


class LeagueResult(TypedDict):
    """A match that was played."""

    away: str
    away_goals: int
    home: str
    home_goals: int


class LeagueTeam(TypedDict):
    """A team of the caller's own league: natural logarithms of what multiplies its goals and divides its opponents'."""

    attack: NotRequired[float]
    defence: NotRequired[float]
    name: str
    points: NotRequired[int]
    sd: NotRequired[float]


class LeagueZone(TypedDict):
    """Places of the final table under a name, both ends included, from 1."""

    first: int
    key: str
    last: int


class TeamLever(TypedDict):
    """A change of one team for all that is left: above 1 is stronger, in attack as in defence."""

    attack_factor: NotRequired[float | None]
    defence_factor: NotRequired[float | None]
    kind: LeverKind
    team: str
