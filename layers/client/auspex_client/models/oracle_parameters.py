"""What `oracle.parameters` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from auspex_client.model import Model


class TeamStrength(Model):
    """How strong this version holds a team."""

    attack: float | None
    attack_sd: float | None
    defence: float | None
    defence_sd: float | None
    elo: float | None
    elo_sd: float | None
    matches: int
    team_id: str


class VersionDetail(Model):
    """A version with its teams, and how far results have come since."""

    competition: str
    created_at: dt.datetime
    fit: dict[str, Any]
    hyper: dict[str, Any]
    id: str
    model: Literal["elo", "goals"] | str
    newest_result_on: dt.date | None
    params_version: str
    sha256: str
    status: Literal["active", "failed", "superseded"] | str
    teams: list[TeamStrength]
    thresholds: dict[str, float] | None
    trained_through: dt.date


class VersionOut(Model):
    """One immutable version; a failed one never served, and `fit.failure` says why."""

    competition: str
    created_at: dt.datetime
    fit: dict[str, Any]
    hyper: dict[str, Any]
    id: str
    model: Literal["elo", "goals"] | str
    params_version: str
    sha256: str
    status: Literal["active", "failed", "superseded"] | str
    thresholds: dict[str, float] | None
    trained_through: dt.date
