"""Scores of a batch's rows and their totals: each reference is compared on the rows that have it, and on no other.

A shard keeps sums; sums of shards are added in the shards' order, so that totals do not depend on who finished first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auspex.platform.scorebook.proper_scores import brier, log_loss, rps

SERIES = ("rps", "brier", "log_loss")
REFERENCES = ("base_rate", "market")
DECIMALS = 9
Probabilities = Sequence[float]
"""In the order home, draw, away; home, away where no draw exists."""


def outcome_of(home_goals: int, away_goals: int, *, has_draws: bool) -> int:
    """Return the index of what happened among the probabilities of a sport."""
    if home_goals == away_goals:
        return 1
    return 0 if home_goals > away_goals else 1 + has_draws


def score_of(probabilities: Probabilities, outcome: int) -> dict[str, float]:
    """Return RPS, Brier score and log loss of one forecast (ORACLE 7.10); less is better."""
    total = sum(probabilities)  # published probabilities are rounded; scores want a sum of one
    shares = [p / total for p in probabilities]
    scored = {"rps": rps(shares, outcome), "brier": brier(shares, outcome), "log_loss": log_loss(shares, outcome)}
    return {name: round(value, DECIMALS) for name, value in scored.items()}


def score_row(
    forecast: Probabilities, outcome: int, references: Mapping[str, Probabilities | None]
) -> dict[str, dict[str, float]]:
    """Return the scores of a forecast and of those of its references that are there."""
    compared = {name: score_of(p, outcome) for name, p in references.items() if p is not None}
    return {"forecast": score_of(forecast, outcome), **compared}


def partial_of(*, answered: int, failed: int, scores: Iterable[Mapping[str, Mapping[str, float]]]) -> dict[str, Any]:
    """Return what a shard adds to the totals: counts, and sums of scores by reference and series."""
    partial: dict[str, Any] = {"answered": answered, "failed": failed, "scored": 0, "sums": _zeros()}
    partial |= {name: {"n": 0, "forecast": _zeros(), "sums": _zeros()} for name in REFERENCES}
    for score in scores:
        partial["scored"] += 1
        _add(partial["sums"], score["forecast"])
        for name in REFERENCES:
            if name in score:
                partial[name]["n"] += 1
                _add(partial[name]["sums"], score[name])
                _add(partial[name]["forecast"], score["forecast"])
    return partial


def totals_of(partials: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the totals of the shards that came to an end: means, and skill = 1 - RPS / RPS of the reference."""
    scored = sum(p["scored"] for p in partials)
    return {
        "rows_answered": sum(p["answered"] for p in partials),
        "rows_failed": sum(p["failed"] for p in partials),
        "rows_scored": scored,
        "forecast": _means((p["sums"] for p in partials), scored),
        **{name: _comparison([p[name] for p in partials]) for name in REFERENCES},
    }


def _comparison(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    n = sum(part["n"] for part in parts)
    reference = _means((part["sums"] for part in parts), n)
    forecast = _means((part["forecast"] for part in parts), n)
    if reference is None or forecast is None:
        return None
    skill = round(1 - forecast["rps"] / reference["rps"], DECIMALS) if reference["rps"] else None
    return {"rows": n, **reference, "forecast": forecast, "skill": skill}


def _means(sums: Iterable[Mapping[str, float]], n: int) -> dict[str, float] | None:
    rows = list(sums)
    return {name: round(sum(row[name] for row in rows) / n, DECIMALS) for name in SERIES} if n else None


def _zeros() -> dict[str, float]:
    return dict.fromkeys(SERIES, 0.0)


def _add(sums: dict[str, float], score: Mapping[str, float]) -> None:
    for name in SERIES:
        sums[name] += score[name]
