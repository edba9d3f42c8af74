"""Stored results as the fits read them: one way for the daily refit and for past weeks fitted on demand."""

from __future__ import annotations

from typing import Any

from auspex.oracle.engine.history import PlayedMatch

COUNTED = ("goals", "sot", "shots", "corners", "red")


def played_match(row: dict[str, Any]) -> PlayedMatch:
    """Return a stored result as engines know it; teams are their identifiers."""
    counts = {f"{side}_{name}": row[f"{side}_{name}"] for side in ("home", "away") for name in COUNTED}
    return PlayedMatch(day=row["match_date"], season=row["season"], home=row["home_id"], away=row["away_id"], **counts)
