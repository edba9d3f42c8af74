"""Our forecasts against other implementations', match by match, from `reference_model_probs.csv.gz` beside the data."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from tests.evals.oracle_forecasts import Evaluated

from auspex.oracle.engine import scores
from auspex.oracle.engine.history import Floats

NAME = "reference_model_probs.csv.gz"
MODELS = {"dixon_coles": "dixon_coles_pb", "elo_ordered_logit": "elo_ordlogit"}


def compare_with_reference(folder: Path, evaluated: Evaluated) -> dict[str, Any]:
    """Return for each model its scores and the difference of ours on the same matches with its interval; {} without it.

    Where a model has no forecast of its own the base rate stands in for it, as in ORACLE 10.
    """
    path = next((place / NAME for place in (folder, folder.parent) if (place / NAME).is_file()), None)
    if path is None:
        return {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = {(row["Div"], row["Date"], row["HomeTeam"], row["AwayTeam"]): row for row in csv.DictReader(lines)}
    forecasts = evaluated.forecasts
    keys = zip(
        evaluated.division.tolist(),
        forecasts.days.tolist(),
        forecasts.home.tolist(),
        forecasts.away.tolist(),
        strict=True,
    )
    found = [rows.get((division, date.fromordinal(day).isoformat(), home, away)) for division, day, home, away in keys]
    return {"reference": {name: _compared(found, prefix, evaluated) for name, prefix in MODELS.items()}}


def _compared(rows: list[dict[str, str] | None], prefix: str, evaluated: Evaluated) -> dict[str, float | int | None]:
    theirs = np.array([_probabilities(row, prefix) for row in rows])
    own = np.isfinite(theirs).all(axis=1)
    if not own.any():
        return {"n": 0, "rps": None}
    theirs = np.where(own[:, None], theirs, evaluated.probabilities["base_rate"])
    ours = scores.ranked_probability(evaluated.probabilities["blend"], evaluated.outcomes)
    other = scores.ranked_probability(theirs, evaluated.outcomes)
    low, high = scores.mean_interval(ours - other, evaluated.week)
    return {
        "n": int(own.sum()),
        "rps": float(other.mean()),
        "logloss": float(scores.logarithmic(theirs, evaluated.outcomes).mean()),
        "brier": float(scores.brier(theirs, evaluated.outcomes).mean()),
        "difference": float((ours - other).mean()),
        "difference_low": low,
        "difference_high": high,
        "better_share": float((ours < other).mean()),
    }


def _probabilities(row: dict[str, str] | None, prefix: str) -> Floats:
    cells = [row[f"{prefix}_{letter}"] if row else "" for letter in "HDA"]
    return np.array([float(cell) if cell else np.nan for cell in cells])
