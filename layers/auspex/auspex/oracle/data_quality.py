"""How good the data behind an answer is, 0 to 100 (ORACLE 7.7): inputs there, newest result, matches played."""

from __future__ import annotations

import math
from typing import Any

from auspex.oracle.model import DataFacts

INPUTS_WEIGHT, FRESHNESS_WEIGHT, MATCHES_WEIGHT = 50.0, 30.0, 20.0
HALF_LIFE_DAYS = 14.0
MATCHES_FACTOR = 5.0
STALE_AFTER_DAYS = 10
OWN_NUMBERS = "the numbers are the caller's own"


def is_stale(facts: DataFacts) -> bool:
    """Tell whether the newest result is more than ten days old while the season runs."""
    return facts.is_fitted and facts.in_season and (facts.age_days or 0) > STALE_AFTER_DAYS


def data_quality(facts: DataFacts, *, in_detail: bool) -> dict[str, Any]:
    """Return the score with what is unknown by name; null with the reason where the caller brought the numbers."""
    if not facts.is_fitted:
        return {"score": None, "reason": OWN_NUMBERS, "stale": False, "unknown": []}
    present = len(set(facts.inputs_present) & set(facts.inputs_required))
    parts = {
        "inputs": INPUTS_WEIGHT * present / len(facts.inputs_required) if facts.inputs_required else None,
        "freshness": None
        if facts.age_days is None
        else FRESHNESS_WEIGHT * 0.5 ** (max(0, facts.age_days) / HALF_LIFE_DAYS),
        "matches": None
        if facts.matches is None
        else min(MATCHES_WEIGHT, MATCHES_FACTOR * math.log10(facts.matches + 1)),
    }
    missing = [name for name in facts.inputs_required if name not in facts.inputs_present]
    shown: dict[str, Any] = {
        "score": math.fsum(value for value in parts.values() if value is not None),
        "reason": None,
        "stale": is_stale(facts),
        "unknown": [*(name for name, value in parts.items() if value is None), *missing],
    }
    if in_detail:
        shown["detail"] = {
            "parts": parts,
            "inputs_required": list(facts.inputs_required),
            "inputs_present": list(facts.inputs_present),
            "newest_result_on": facts.newest_result_on.isoformat() if facts.newest_result_on else None,
            "age_days": facts.age_days,
            "matches": facts.matches,
            "promoted": list(facts.promoted),
        }
    return shown
