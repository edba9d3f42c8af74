"""The explanation in words, from a template: every number in it stands in the answer (ORACLE 7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auspex.oracle.words import clean_sentences

LEAST_LIKELY_ABOVE = 0.05
CLEAR_FROM = 0.5
_BAND_WORDS = {
    "LOW": "Such matches usually go as expected",
    "MEDIUM": "Such matches often go otherwise",
    "HIGH": "Such matches are wide open",
}
FACTOR_WORDS = {
    "home_advantage": "home advantage",
    "home_rating": "the home side's rating",
    "away_rating": "the away side's rating",
    "home_attack": "the home attack",
    "home_defence": "the home defence",
    "away_attack": "the away attack",
    "away_defence": "the away defence",
    "home_rate": "the home side's expected goals",
    "away_rate": "the away side's expected goals",
    "low_score_correction": "the correction of low scores",
    "levers": "the caller's levers",
    "market": "the odds",
    "calibration": "the calibration",
}


def percent(probability: float) -> str:
    """Return a probability as a reader sees it: one decimal."""
    return f"{100 * probability:.1f} %"


def ranked(probabilities: Mapping[str, float], *, has_draws: bool) -> list[tuple[str, float]]:
    """Return the outcomes from the likeliest to the least likely; a sport without draws has two."""
    named = [(name, value) for name, value in probabilities.items() if has_draws or name != "draw"]
    return sorted(named, key=lambda each: -each[1])


def outcome_words(outcome: str, *, home: str, away: str) -> str:
    """Return an outcome in words."""
    return {"home": f"a win of {home}", "draw": "a draw", "away": f"a win of {away}"}[outcome]


def explain_in_words(result: Mapping[str, Any], *, home: str, away: str, has_draws: bool) -> tuple[list[str], int]:
    """Return the sentences of an answer, and how many the word guard dropped; names of teams are masked for it."""
    order = ranked(result["probabilities"], has_draws=has_draws)
    (first, top), (last, low) = order[0], order[-1]
    sentences = [
        f"{home} v {away}: the likeliest outcome is {outcome_words(first, home=home, away=away)}, at {percent(top)}."
    ]
    if top < CLEAR_FROM:
        sentences.append("The sides are closely matched: no outcome reaches 50 %.")
    if low > LEAST_LIKELY_ABOVE:
        sentences.append(f"Least likely is {outcome_words(last, home=home, away=away)}, at {percent(low)}.")
    risk = result["risk"]
    sentences.append(f"{_BAND_WORDS[risk['band']]}: the risk score is {risk['score']:.1f} of 100, {risk['band']}.")
    factors = result.get("factors")
    if factors and factors["items"]:
        name, share = max(((f["name"], f["probabilities"]["home"]) for f in factors["items"]), key=lambda f: abs(f[1]))
        verb = "adds" if share >= 0 else "takes"
        to = "to" if share >= 0 else "from"
        moved = f"{verb} {100 * abs(share):.1f} percentage points {to} the home win"
        sentences.append(f"Most comes from {FACTOR_WORDS[name]}, which {moved}.")
    return clean_sentences(sentences, names=(home, away))
