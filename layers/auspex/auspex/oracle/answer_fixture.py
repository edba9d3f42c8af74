"""Answer a resolved fixture: one pure function, the same for a request, a row of a batch and the weekly archive.

Everything published is rounded here and nowhere else. Equal input gives equal bytes; nothing in a result depends on
who asks or when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from auspex.oracle.answer_parts import comparison, distribution, factors_of, scenarios_of, sensitivity_of
from auspex.oracle.caveats import caveats_of, sigma_of
from auspex.oracle.data_quality import data_quality
from auspex.oracle.engine.basis import Basis, basis_of
from auspex.oracle.engine.risk import band_of, risk_parts
from auspex.oracle.engine.uncertainty import at_nodes, probability_intervals
from auspex.oracle.fingerprint import fingerprint_of, seed_of
from auspex.oracle.model import OUTCOMES, Depth, ResolvedFixture
from auspex.oracle.rounding import published, published_probabilities
from auspex.oracle.summary import explain_in_words
from auspex.oracle.worked_steps import lessons_for, worked_steps

Floats = npt.NDArray[np.float64]
N_DEFAULT = 10_000
CONFIDENCE = {"LOW": "high", "MEDIUM": "moderate", "HIGH": "low"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A result with its fingerprint, and how many sentences the word guard dropped."""

    fingerprint: str
    result: dict[str, Any]
    forbidden_words: int = 0


def answer(
    fixture: ResolvedFixture, *, depth: Depth, seed: int | None = None, n: int = N_DEFAULT,
    compare: ResolvedFixture | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the result of a fixture at a depth; see `answer_in_full`."""
    return answer_in_full(fixture, depth=depth, seed=seed, n=n, compare=compare).result


def answer_in_full(
    fixture: ResolvedFixture, *, depth: Depth, seed: int | None = None, n: int = N_DEFAULT,
    compare: ResolvedFixture | None = None,
) -> Answer:  # fmt: skip
    """Return the result, JSON throughout: probabilities 0 to 1 in nine decimals that add up to exactly one.

    `compare` belongs to comparative answers and is otherwise ignored. Raises the engines' ValueErrors for odds that no
    model gives.
    """
    asked = depth.includes(Depth.COMPARISON)
    second = compare if asked else None
    fingerprint = fingerprint_of(fixture, depth=depth, n=n, seed=seed, compare=second)
    basis = basis_of(fixture)
    outcomes = basis.probabilities(basis.point[None])[0]
    shown = published_probabilities(outcomes)
    risk = risk_of(fixture, basis)
    top = int(np.argmax(shown))
    result: dict[str, Any] = {
        "fixture": _fixture(fixture),
        "headline": {
            "outcome": OUTCOMES[top].value, "probability": shown[top], "confidence": CONFIDENCE[risk["band"]],
        },
        "probabilities": dict(zip(("home", "draw", "away"), shown, strict=True)),
        "method": "exact",
        "risk": risk,
    }  # fmt: skip
    if depth.includes(Depth.DISTRIBUTION):
        sigma = sigma_of(fixture)
        intervals = None if sigma is None else probability_intervals(basis, sigma)
        result |= distribution(fixture, basis, shown)
        result["probability_intervals"] = _intervals(intervals)
        result["factors"] = factors_of(basis, shown)
    if depth.includes(Depth.SCENARIOS):
        result["scenarios"] = scenarios_of(fixture, basis)
        result["sensitivity"] = sensitivity_of(basis)
    if second is not None:
        result["comparison"] = comparison(fixture, basis, result, second)
    if depth.includes(Depth.DEEP_DIVE):
        result["worked_steps"] = worked_steps(fixture, basis, shown)
        result["lessons"] = lessons_for(fixture)
    sentences, dropped = explain_in_words(
        result, home=fixture.home, away=fixture.away, has_draws=fixture.sport.has_draws
    )
    result["explanation"] = {
        "summary": " ".join(sentences),
        "caveats": [{"code": caveat.code, "text": caveat.text} for caveat in caveats_of(fixture)],
    }
    result["data_quality"] = data_quality(fixture.data, in_detail=depth.includes(Depth.DEEP_DIVE))
    result["run"] = {
        "depth": depth.value, "model": fixture.model.value, "model_version": fixture.model_version,
        "params_version": fixture.params_version, "method": "exact", "n": n, "seed": seed_of(seed, fingerprint),
        "mc_standard_error": None, "fingerprint": fingerprint,
    }  # fmt: skip
    return Answer(fingerprint, published(result), dropped)


def risk_of(fixture: ResolvedFixture, basis: Basis) -> dict[str, Any]:
    """Return the risk score 100·H(p̄)/ln k, its parts from the outcome and from the parameters, and its band."""
    each, weights = at_nodes(basis, sigma_of(fixture))
    score, outcome, parameter = risk_parts(each, weights, outcomes=3 if fixture.sport.has_draws else 2)
    medium, high = fixture.thresholds
    return {
        "score": score, "band": band_of(score, fixture.thresholds).value, "outcome": outcome, "parameter": parameter,
        "thresholds": {"medium": medium, "high": high},
        "mean_probabilities": dict(
            zip(("home", "draw", "away"), published_probabilities(weights @ each), strict=True)
        ),
    }  # fmt: skip


def _intervals(intervals: Floats | None) -> dict[str, dict[str, float]] | None:
    if intervals is None:
        return None
    return {
        outcome.value: {"low": float(low), "high": float(high)}
        for outcome, (low, high) in zip(OUTCOMES, intervals, strict=True)
    }


def _fixture(fixture: ResolvedFixture) -> dict[str, Any]:
    return {
        "sport": fixture.sport.value, "home": fixture.home, "away": fixture.away, "home_id": fixture.home_id,
        "away_id": fixture.away_id, "competition": fixture.competition, "match_id": fixture.match_id,
        "kickoff": fixture.kickoff.strftime("%Y-%m-%dT%H:%M:%SZ") if fixture.kickoff else None,
        "neutral": fixture.neutral,
    }  # fmt: skip
