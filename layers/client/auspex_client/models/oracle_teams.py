"""What `oracle.teams` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.model import Model


class Strength(Model):
    """Strengths after the matches of a day."""

    attack: float | None
    day: dt.date
    defence: float | None
    elo: float | None


class TeamDetail(Model):
    """A team with the history of its strength, newest first."""

    aliases: list[str]
    attack: float | None
    attack_sd: float | None
    competitions: list[str]
    country: str
    defence: float | None
    defence_sd: float | None
    elo: float | None
    elo_sd: float | None
    history: list[Strength]
    matches: int
    name: str
    rated_on: dt.date | None
    team_id: str


class Team(Model):
    """A team; ratings in points, attack and defence on the log scale of goals (more is stronger), null before a fit."""

    aliases: list[str]
    attack: float | None
    attack_sd: float | None
    competitions: list[str]
    country: str
    defence: float | None
    defence_sd: float | None
    elo: float | None
    elo_sd: float | None
    matches: int
    name: str
    rated_on: dt.date | None
    team_id: str
