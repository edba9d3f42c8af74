"""Play a shard's seasons, and say what all shards together found: pure, from what a run keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from auspex.oracle.engine.draws import derived_seed
from auspex.oracle.engine.goals_fit import FittedGoals
from auspex.oracle.engine.monte_carlo import Percentile
from auspex.oracle.engine.season import Season, SeasonTally, Strengths, simulate_shard, strengths_of, tallied
from auspex.oracle.engine.season_summary import Share, TeamSummary, summarise
from auspex.oracle.engine.tie_breaks import parse_chain

DECIMALS = 9


def play_shard(asked: Mapping[str, Any], strengths: Strengths, *, shard: int, seasons: int) -> dict[str, Any]:
    """Return the tally of one shard; it depends on the run's seed and the shard's number alone."""
    season = season_of_run(asked, strengths)
    return simulate_shard(season, seed=seed_of_run(asked), shard=shard, seasons=seasons).as_json()


def season_of_run(asked: Mapping[str, Any], strengths: Strengths) -> Season:
    """Return the season that a run keeps, with its levers on the strengths."""
    teams = asked["teams"]
    return Season(
        teams=len(teams),
        played=np.array(asked["played"], dtype=np.int64).reshape(-1, 4),
        remaining=np.array(asked["remaining"], dtype=np.int64).reshape(-1, 2),
        strengths=with_levers(strengths, [team["id"] for team in teams], asked["levers"]),
        chain=parse_chain(asked["tie_break"]),
        adjustments=np.array(asked["adjustments"], dtype=np.int64),
    )


def own_strengths(stated: Mapping[str, Any]) -> Strengths:
    """Return the strengths that a caller states: each team's attack and defence err by themselves."""
    sds = np.array([*stated["sd"], *stated["sd"]], dtype=np.float64)
    intercept = math.log(stated["goals_away"])
    mean = np.array([intercept, math.log(stated["goals_home"]) - intercept, *stated["attack"], *stated["defence"]])
    factor = np.concatenate((np.zeros((2, len(sds))), np.diag(sds)))
    return Strengths(mean, factor, float(stated["rho"]))


def fitted_strengths(fitted: FittedGoals, ids: Sequence[str]) -> Strengths:
    """Return the part of a fit that concerns a season's teams; who was not fitted is a newcomer."""
    return strengths_of(
        ids, teams=fitted.teams, mean=fitted.mean, factor=fitted.factor, rho=fitted.rho,
        newcomer_mean=fitted.hyper.newcomer_prior, newcomer_sd=fitted.hyper.ridge**-0.5,
    )  # fmt: skip


def strengths_as_json(strengths: Strengths, *, params_version: str) -> dict[str, Any]:
    """Return strengths as a run keeps them."""
    return {
        "mean": strengths.mean.tolist(), "factor": strengths.factor.tolist(), "rho": strengths.rho,
        "params_version": params_version,
    }  # fmt: skip


def strengths_from_json(kept: Mapping[str, Any]) -> Strengths:
    """Return what `strengths_as_json` gave."""
    return Strengths(np.array(kept["mean"]), np.array(kept["factor"]), float(kept["rho"]))


def with_levers(strengths: Strengths, ids: Sequence[str], levers: Sequence[Mapping[str, Any]]) -> Strengths:
    """Return strengths with levers on them: factors multiply a team's goals, or divide what it concedes."""
    mean = strengths.mean.copy()
    for lever in levers:
        team = ids.index(lever["team"])
        mean[2 + team] += math.log(lever.get("attack_factor") or 1.0)
        mean[2 + len(ids) + team] += math.log(lever.get("defence_factor") or 1.0)
    return Strengths(mean, strengths.factor, strengths.rho)


def seed_of_run(asked: Mapping[str, Any]) -> int:
    """Return the caller's seed, else the one that follows from the fingerprint of the input."""
    return derived_seed(asked["fingerprint"]) if asked["seed"] is None else int(asked["seed"])


def table_of(
    asked: Mapping[str, Any], tallies: Sequence[dict[str, Any]], *, params_version: str | None
) -> dict[str, Any]:
    """Return the table of the shards that came to an end, the likeliest champions first, and how it was made."""
    tally = tallied(SeasonTally.from_json(stored) for stored in tallies)
    zones = asked["zones"]
    found = summarise(tally, [(zone["first"], zone["last"]) for zone in zones])
    rows = [_row(team, summary, zones) for team, summary in zip(asked["teams"], found, strict=True)]
    rows.sort(key=lambda row: (row["expected_position"], row["team"]))
    return {
        "table": rows,
        "meta": {
            "method": "simulation", "n": tally.seasons, "n_asked": asked["n"], "seed": seed_of_run(asked),
            "fingerprint": asked["fingerprint"], "tie_break": [str(c) for c in parse_chain(asked["tie_break"])],
            "decided_by_lot": round(tally.seasons_by_lot / tally.seasons, DECIMALS),
            "competition": asked.get("competition"), "season": asked.get("season"), "as_of": asked.get("as_of"),
            "matches_played": len(asked["played"]), "matches_remaining": len(asked["remaining"]),
            "params_version": params_version, "model_version": asked["model_version"],
        },
    }  # fmt: skip


def _row(team: Mapping[str, Any], summary: TeamSummary, zones: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    expected = sum(place * share.probability for place, share in enumerate(summary.positions, start=1))
    return {
        "team": team["name"],
        "team_id": team["id"],
        "expected_position": round(expected, DECIMALS),
        "points": {
            "mean": round(summary.points_mean, DECIMALS),
            "mc_standard_error": round(summary.points_mean_error, DECIMALS),
            "sd": round(summary.points_sd, DECIMALS),
            "percentiles": [_percentile(each) for each in summary.points_percentiles],
        },
        "zones": {zone["key"]: _share(share) for zone, share in zip(zones, summary.zones, strict=True)},
        "positions": [_share(share) for share in summary.positions],
        "decided_by_lot": round(summary.by_lot, DECIMALS),
    }


def _percentile(percentile: Percentile) -> dict[str, float]:
    return {name: getattr(percentile, name) for name in ("level", "value", "low", "high")}


def _share(share: Share) -> dict[str, float]:
    return {
        "probability": round(share.probability, DECIMALS),
        "mc_standard_error": round(share.mc_standard_error, DECIMALS),
    }
