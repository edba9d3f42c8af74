"""The parts that deeper answers add: distributions, factors, scenarios, sensitivity, comparison (ORACLE 3, depths)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from auspex.oracle.caveats import sigma_of
from auspex.oracle.engine import elo, grid
from auspex.oracle.engine.basis import DIFFERENCE, SCALE, Basis, basis_of
from auspex.oracle.engine.factors import explain
from auspex.oracle.engine.markets import markets_of
from auspex.oracle.engine.scenarios import scenarios
from auspex.oracle.engine.sensitivity import sensitivities
from auspex.oracle.engine.uncertainty import differences
from auspex.oracle.model import ModelFamily, ResolvedFixture
from auspex.oracle.rounding import published_outcome_shares, published_probabilities, published_shares

Floats = npt.NDArray[np.float64]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
KEYS = ("home", "draw", "away")


def distribution(fixture: ResolvedFixture, basis: Basis, shown: Sequence[float]) -> dict[str, Any]:
    """Return scorelines, markets and the spread of goals, or the control value's histogram and spread."""
    if fixture.model is ModelFamily.ELO:
        return elo_spread(basis.point)
    scores = score_grid_of(basis, shown)
    markets = markets_of(scores)
    home, away, rho = basis.rates(basis.point[None])
    return {
        "rates": {"lambda": float(home[0]), "mu": float(away[0]), "rho": float(rho[0])},
        "scorelines": markets.pop("exact_score"),
        "markets": markets,
        "outcome_spread": goal_spread(scores),
    }


def score_grid_of(basis: Basis, shown: Sequence[float]) -> Floats:
    """Return the scoreline grid whose outcomes are the answer's own, so that every market agrees with them."""
    home, away, rho = basis.rates(basis.point[None])
    return grid.reshape_to(grid.score_grid(home[0], away[0], rho[0], size=basis.cells), list(shown))


def elo_spread(point: Floats) -> dict[str, Any]:
    """Return the spread of the control value at a point: how one match may go, not how sure the forecast is."""
    spread = elo.control_spread(float(point[DIFFERENCE]), scale=float(point[SCALE]), levels=LEVELS)
    return {
        "histogram": {"low": 0.0, "high": 1.0, "shares": list(spread.histogram)},
        "outcome_spread": {"quantity": "control_value"}
        | percentiles(spread.percentiles)
        | {"mean": spread.mean, "sd": spread.sd, "skew": spread.skew, "excess_kurtosis": spread.excess_kurtosis},
    }


def goal_spread(scores: Floats) -> dict[str, Any]:
    """Return how the goal difference (home less away) of one match spreads, from its scoreline grid."""
    size = len(scores)
    gaps = np.arange(1 - size, size, dtype=np.float64)
    shares = np.array([np.trace(scores, offset=-int(gap)) for gap in gaps])
    cumulative = np.cumsum(shares)
    mean = float(shares @ gaps)
    centred = gaps - mean
    variance = float(shares @ centred**2)
    return (
        {"quantity": "goal_difference"}
        | percentiles([float(gaps[int(np.searchsorted(cumulative, level - 1e-12))]) for level in LEVELS])
        | {
            "mean": mean,
            "sd": variance**0.5,
            "skew": float(shares @ centred**3) / variance**1.5,
            "excess_kurtosis": float(shares @ centred**4) / variance**2 - 3,
        }
    )


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Name the values at LEVELS p5 to p95."""
    return {f"p{round(100 * level)}": value for level, value in zip(LEVELS, values, strict=True)}


def factors_of(basis: Basis, shown: Sequence[float]) -> dict[str, Any]:
    """Return the factors as published: base plus shares is exactly the answer in units of 1e-9."""
    found = explain(basis)
    base = published_probabilities(found.base_probabilities)
    total = found.base_log_odds + float(found.log_odds.sum())
    log_odds = published_shares(found.log_odds, base=found.base_log_odds, total=total)
    shares = published_outcome_shares(found.probabilities, base=base, total=shown)
    return {
        "base": {"log_odds": found.base_log_odds, "probabilities": dict(zip(KEYS, base, strict=True))},
        "total": {"log_odds": total, "probabilities": dict(zip(KEYS, shown, strict=True))},
        "items": [
            {"name": name, "log_odds": own, "probabilities": dict(zip(KEYS, share, strict=True))}
            for name, own, share in zip(found.names, log_odds, shares, strict=True)
        ],
    }


def scenarios_of(fixture: ResolvedFixture, basis: Basis) -> list[dict[str, Any]]:
    """Return every scenario with its probabilities and, for Elo, the percentiles of the same scale and zone."""
    shown = []
    for each in scenarios(basis, fixture.scenarios):
        outcomes = dict(zip(KEYS, published_probabilities(each.probabilities), strict=True))
        entry: dict[str, Any] = {"name": each.name, "own": each.is_own, "probabilities": outcomes}
        if fixture.model is ModelFamily.ELO:
            entry["outcome_spread"] = elo_spread(each.point)["outcome_spread"]
        else:
            home, away, rho = basis.rates(each.point[None])
            entry["rates"] = {"lambda": float(home[0]), "mu": float(away[0]), "rho": float(rho[0])}
        shown.append(entry)
    return shown


def sensitivity_of(basis: Basis) -> list[dict[str, Any]]:
    """Return what a step of each input changes, in percentage points, the largest first."""
    return [
        {
            "input": each.name, "step": each.step, "level": each.level, "largest_change_points": each.largest,
            "down_points": dict(zip(KEYS, each.down, strict=True)), "up_points": dict(zip(KEYS, each.up, strict=True)),
        }
        for each in sensitivities(basis)
    ]  # fmt: skip


def comparison(
    fixture: ResolvedFixture, basis: Basis, result: Mapping[str, Any], other: ResolvedFixture
) -> dict[str, Any]:
    """Return the second answer, second less first with its standard error, and the differences factor by factor.

    The error is that of the parameters when both answers err alike, so that what they share cancels; null where one of
    them states none.
    """
    second = basis_of(other)
    shown = published_probabilities(second.probabilities(second.point[None])[0])
    sigmas = sigma_of(fixture), sigma_of(other)
    error = (
        differences(basis, second, (sigmas[0], sigmas[1])).tolist()
        if sigmas[0] is not None and sigmas[1] is not None and fixture.model is other.model
        else [None] * 3
    )
    own = {item["name"]: item["probabilities"] for item in result["factors"]["items"]}
    factors = factors_of(second, shown)
    theirs = {item["name"]: item["probabilities"] for item in factors["items"]}
    nothing = dict.fromkeys(KEYS, 0.0)
    return {
        "home": other.home,
        "away": other.away,
        "probabilities": dict(zip(KEYS, shown, strict=True)),
        "factors": factors,
        "differences": {
            key: {"value": new - result["probabilities"][key], "standard_error": spread}
            for key, new, spread in zip(KEYS, shown, error, strict=True)
        },
        "factor_differences": [
            {
                "name": name,
                "probabilities": {key: theirs.get(name, nothing)[key] - own.get(name, nothing)[key] for key in KEYS},
            }
            for name in [*own, *(name for name in theirs if name not in own)]
        ],
    }
