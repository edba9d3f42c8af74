"""Fitted parameters: written as immutable versions, read for a day by `params_for` and by nothing else.

A version's text ends in the hash of everything it says, so that storing it again changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.oracle.engine.calibrate import Layer
from auspex.oracle.engine.elo_fit import EloHyper, EloMapping, FittedElo
from auspex.oracle.engine.goals_fit import FitReport, FittedGoals, GoalsHyper
from auspex.oracle.engine.history import Floats
from auspex.oracle.engine.sendings_off import SENDINGS_OFF
from auspex.oracle.model import MODEL_VERSIONS, ModelFamily

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SHA_CHARACTERS = 8
FACTOR_TYPE = "<f8"
Status = Literal["active", "superseded"]


@dataclass(frozen=True, slots=True)
class Parameters:
    """One version as it was stored; `elo` or `goals` is there, by `model`. `layer` is what follows the models."""

    params_version: str
    competition: str
    model: ModelFamily
    trained_through: date
    created_at: datetime
    layer: Layer
    has_own_thresholds: bool
    elo: FittedElo | None = None
    goals: FittedGoals | None = None


def params_for(connection: Connection, *, competition: str, model: ModelFamily, as_of: date) -> Parameters | None:
    """Return the newest version that served a forecast for the day `as_of`: trained on earlier days only, or None."""
    asked = {"competition": competition, "model": model.value, "as_of": as_of}
    row = fetch_one(connection, SQL["find_params"], asked)
    if row is None:
        return None
    teams = fetch_all(connection, SQL["list_team_params"], {"params_version": row["params_version"]})
    stored = row["hyper"]
    return Parameters(
        params_version=row["params_version"], competition=row["competition"], model=model,
        trained_through=row["trained_through"], created_at=row["created_at"],
        layer=_layer_of(stored["layer"], row["thresholds"]), has_own_thresholds=row["thresholds"] is not None,
        elo=_elo_of(row, teams) if model is ModelFamily.ELO else None,
        goals=_goals_of(row, teams) if model is ModelFamily.GOALS else None,
    )  # fmt: skip


def store_parameters(
    connection: Connection,
    *,
    competition: str,
    fitted: FittedElo | FittedGoals,
    layer: Layer,
    status: Status,
    at: datetime,
) -> str:
    """Store a fit over team identifiers and return its version; `active` supersedes the version in force.

    What is fitted on demand for a day of the past is stored as `superseded`: it serves that day and is never in force.
    Raises ValueError for a fit without a single result.
    """
    if fitted.trained_through is None:
        raise ValueError("a fit without results is no version")
    is_elo = isinstance(fitted, FittedElo)
    model = ModelFamily.ELO if is_elo else ModelFamily.GOALS
    said = _elo_said(fitted) if isinstance(fitted, FittedElo) else _goals_said(fitted)
    said["hyper"]["layer"] = {"goals_weight": layer.goals_weight, "tau": layer.tau, "matches": layer.matches}
    thresholds = {"medium": layer.thresholds[0], "high": layer.thresholds[1]} if layer.matches else None
    factor = b"" if isinstance(fitted, FittedElo) else _packed(fitted.factor)
    sha256 = _hash(said, thresholds, factor)
    version = _version(model, competition, fitted.trained_through, sha256)
    if status == "active":
        connection.execute(
            SQL["supersede"], {"competition": competition, "model": model.value, "params_version": version}
        )
    connection.execute(
        SQL["insert_params"],
        {
            "params_version": version, "competition": competition, "model": model.value,
            "trained_through": fitted.trained_through, "hyper": Jsonb(said["hyper"]), "fit": Jsonb(said["fit"]),
            "thresholds": None if thresholds is None else Jsonb(thresholds), "status": status, "at": at,
            "sha256": sha256,
        },
    )  # fmt: skip
    connection.execute(SQL["insert_team_params"], {"params_version": version, "rows": Jsonb(said["teams"])})
    if factor:
        dim = len(fitted.factor) if isinstance(fitted, FittedGoals) else 0
        connection.execute(SQL["insert_posterior"], {"params_version": version, "dim": dim, "factor": factor})
    return version


def store_failure(
    connection: Connection,
    *,
    competition: str,
    report: FitReport,
    hyper: GoalsHyper,
    trained_through: date,
    at: datetime,
) -> str:
    """Store that a goals fit must not serve, with its report; the version in force stays in force."""
    said = {"hyper": {"fit": asdict(hyper)}, "fit": _finite(asdict(report)), "teams": [], "at": at.isoformat()}
    sha256 = _hash(said, None, b"")
    version = _version(ModelFamily.GOALS, competition, trained_through, sha256)
    connection.execute(
        SQL["insert_params"],
        {
            "params_version": version, "competition": competition, "model": ModelFamily.GOALS.value,
            "trained_through": trained_through, "hyper": Jsonb(said["hyper"]), "fit": Jsonb(said["fit"]),
            "thresholds": None, "status": "failed", "at": at, "sha256": sha256,
        },
    )  # fmt: skip
    return version


def needs_refit(connection: Connection, *, competition: str, day: date) -> bool:
    """Tell whether results of days before `day` came in or changed since this competition was last fitted."""
    change = fetch_one(connection, SQL["newest_change"], {"competition": competition, "day": day})
    last = fetch_one(connection, SQL["newest_attempt"], {"competition": competition, "model": ModelFamily.ELO.value})
    changed_at = change["changed_at"] if change else None
    fitted_at = last["fitted_at"] if last else None
    return changed_at is not None and (fitted_at is None or changed_at > fitted_at)


def _elo_said(fitted: FittedElo) -> dict[str, Any]:
    columns = (fitted.teams, fitted.ratings, fitted.sds, fitted.matches)
    return {
        "hyper": {
            "fit": asdict(fitted.hyper), "mapping": asdict(fitted.mapping), "season": fitted.season,
            "newcomer_rating": fitted.newcomer_rating, "mean": fitted.mean, "sendings_off": list(fitted.sendings_off),
        },
        "fit": {"matches": sum(fitted.matches) // 2, "converged": fitted.mapping.converged,
                "mapping_matches": fitted.mapping.matches},
        "teams": [
            {"team_id": team, "elo": rating, "elo_sd": sd, "matches": matches}
            for team, rating, sd, matches in zip(*columns, strict=True)
        ],
    }  # fmt: skip


def _goals_said(fitted: FittedGoals) -> dict[str, Any]:
    count = len(fitted.teams)
    spread = np.sqrt((fitted.factor**2).sum(axis=1))[2:].tolist()
    columns = (fitted.teams, fitted.attack, fitted.defence, spread[:count], spread[count:], fitted.matches)
    names = ("team_id", "attack", "defence", "attack_sd", "defence_sd", "matches")
    return {
        "hyper": {
            "fit": asdict(fitted.hyper), "intercept": fitted.intercept, "home_advantage": fitted.home_advantage,
            "rho": fitted.rho, "season": fitted.season, "newcomers": sorted(fitted.newcomers),
            "sendings_off": list(fitted.sendings_off),
        },
        "fit": _finite(asdict(fitted.report)),
        "teams": [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)],
    }  # fmt: skip


def _elo_of(row: Mapping[str, Any], teams: Sequence[Mapping[str, Any]]) -> FittedElo:
    stored = row["hyper"]
    return FittedElo(
        teams=tuple(team["team_id"] for team in teams), ratings=tuple(team["elo"] for team in teams),
        sds=tuple(team["elo_sd"] for team in teams), matches=tuple(team["matches"] for team in teams),
        newcomer_rating=float(stored["newcomer_rating"]), mean=float(stored["mean"]),
        mapping=EloMapping(**_known(EloMapping, stored["mapping"])), hyper=EloHyper(**_known(EloHyper, stored["fit"])),
        season=stored["season"], trained_through=row["trained_through"],
        sendings_off=_pair(stored.get("sendings_off", SENDINGS_OFF)),
    )  # fmt: skip


def _goals_of(row: Mapping[str, Any], teams: Sequence[Mapping[str, Any]]) -> FittedGoals:
    stored, dim = row["hyper"], int(row["dim"])
    report = {name: math.nan if value is None and name in _MEASURED else value for name, value in row["fit"].items()}
    return FittedGoals(
        teams=tuple(team["team_id"] for team in teams), intercept=float(stored["intercept"]),
        home_advantage=float(stored["home_advantage"]), attack=tuple(team["attack"] for team in teams),
        defence=tuple(team["defence"] for team in teams), matches=tuple(team["matches"] for team in teams),
        rho=float(stored["rho"]), factor=np.frombuffer(row["factor"], dtype=FACTOR_TYPE).reshape(dim, dim),
        report=FitReport(**_known(FitReport, report)), hyper=GoalsHyper(**_known(GoalsHyper, stored["fit"])),
        newcomers=frozenset(stored["newcomers"]), season=stored["season"], trained_through=row["trained_through"],
        sendings_off=_pair(stored.get("sendings_off", SENDINGS_OFF)),
    )  # fmt: skip


def _pair(values: Sequence[float]) -> tuple[float, float]:
    home, away = values
    return float(home), float(away)


_MEASURED = frozenset({"gradient_norm", "condition"})


def _layer_of(stored: Mapping[str, Any], thresholds: Mapping[str, float] | None) -> Layer:
    plain = Layer(goals_weight=float(stored["goals_weight"]), tau=float(stored["tau"]), matches=int(stored["matches"]))
    if thresholds is None:
        return plain
    return Layer(plain.goals_weight, plain.tau, (float(thresholds["medium"]), float(thresholds["high"])), plain.matches)


def _known(model: type, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a dataclass of today knows of what was stored when it may have been another."""
    names = {field.name for field in fields(model)}
    return {name: value for name, value in stored.items() if name in names}


def _finite(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in values.items()
    }


def _packed(factor: Floats) -> bytes:
    return np.ascontiguousarray(factor, dtype=FACTOR_TYPE).tobytes()


def _hash(said: Mapping[str, Any], thresholds: Mapping[str, float] | None, factor: bytes) -> str:
    text = json.dumps([said, thresholds], sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode() + factor).hexdigest()


def _version(model: ModelFamily, competition: str, trained_through: date, sha256: str) -> str:
    return f"{MODEL_VERSIONS[model]}/{competition}/{trained_through.isoformat()}/{sha256[:SHA_CHARACTERS]}"
