"""What names an answer: the hash of all it was computed from (ORACLE 7.11), and the seed that follows from it."""

from __future__ import annotations

from typing import Any

from auspex.core.fingerprints import sha256_of_json
from auspex.oracle.engine.draws import derived_seed
from auspex.oracle.model import Depth, EloRatings, GoalRates, Lever, Odds, ResolvedFixture, Sport


def fingerprint_of(
    fixture: ResolvedFixture, *, depth: Depth, n: int, seed: int | None, compare: ResolvedFixture | None = None,
    state: dict[str, Any] | None = None,
) -> str:  # fmt: skip
    """Return 64 hexadecimal digits: SHA-256 of the canonical JSON (RFC 8785) of the resolved input."""
    return sha256_of_json(
        resolved_input(fixture)
        | {"depth": depth.value, "n": n, "seed": seed}
        | ({"compare": resolved_input(compare)} if compare is not None else {})
        | ({"state": state} if state is not None else {})
    )


def seed_of(seed: int | None, fingerprint: str) -> int:
    """Return the caller's seed, else the one derived from the fingerprint: 0 to 2^53 - 1."""
    return derived_seed(fingerprint) if seed is None else seed


def resolved_input(fixture: ResolvedFixture) -> dict[str, Any]:
    """Return the part of a fingerprint that speaks of the fixture: nine keys always, others only when they are set."""
    always: dict[str, Any] = {
        "away": fixture.away, "competition": fixture.competition, "goals": _goals(fixture.rates), "home": fixture.home,
        "model": fixture.model.value, "model_version": fixture.model_version, "neutral": fixture.neutral,
        "params_version": fixture.params_version,
    }  # fmt: skip
    optional: dict[str, Any] = {
        "sport": None if fixture.sport is Sport.FOOTBALL else fixture.sport.value,
        "home_id": fixture.home_id,
        "away_id": fixture.away_id,
        "match_id": fixture.match_id,
        "kickoff": fixture.kickoff.isoformat() if fixture.kickoff else None,
        "ratings": _ratings(fixture.ratings),
        "log_ratio_sd": fixture.log_ratio_sd,
        "odds": _odds(fixture.odds),
        "devig": fixture.devig.value if fixture.odds else None,
        "market_weight": fixture.market_weight if fixture.odds else None,
        "levers": [_lever(lever) for lever in fixture.levers] or None,
        "scenarios": [{"name": s.name, "levers": [_lever(each) for each in s.levers]} for s in fixture.scenarios]
        or None,
        "data": _data(fixture),
    }
    return always | {name: value for name, value in optional.items() if value is not None}


def _goals(rates: GoalRates | None) -> dict[str, float] | None:
    return None if rates is None else {"lambda": rates.home, "mu": rates.away, "rho": rates.rho}


def _ratings(ratings: EloRatings | None) -> dict[str, float] | None:
    if ratings is None:
        return None
    every = {
        "home": ratings.home, "away": ratings.away, "home_advantage": ratings.home_advantage,
        "home_sd": ratings.home_sd, "away_sd": ratings.away_sd, "scale": ratings.scale, "zone": ratings.zone,
        "mean": ratings.mean,
    }  # fmt: skip
    return {name: value for name, value in every.items() if value is not None}


def _odds(odds: Odds | None) -> dict[str, Any] | None:
    if odds is None:
        return None
    every = {
        "home": odds.home, "draw": odds.draw, "away": odds.away, "over_2_5": odds.over_2_5,
        "under_2_5": odds.under_2_5, "seen_at": odds.seen_at.isoformat() if odds.seen_at else None,
    }  # fmt: skip
    return {name: value for name, value in every.items() if value is not None}


def _lever(lever: Lever) -> dict[str, Any]:
    every = {
        "kind": lever.kind.value, "side": lever.side.value, "attack_factor": lever.attack_factor,
        "defence_factor": lever.defence_factor, "rating_shift": lever.rating_shift,
    }  # fmt: skip
    return {name: value for name, value in every.items() if value is not None}


def _data(fixture: ResolvedFixture) -> dict[str, Any] | None:
    """Return the state of the data, where an answer speaks of it."""
    data = fixture.data
    if not data.is_fitted:
        return None
    newest = data.newest_result_on.isoformat() if data.newest_result_on else None
    return {"newest_result_on": newest, "age_days": data.age_days, "matches": data.matches}
