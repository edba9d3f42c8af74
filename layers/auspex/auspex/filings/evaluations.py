"""What was measured of this code on public data: the figures that `make eval-filings RECORD=yes` wrote beside it.

They belong to a version of the code and travel with it, so they are a file of the package and no table.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
PRECISION = "precision_{}"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One figure: its value, of how many cases, its 95 % bootstrap interval, and when which code was measured on what.

    `unit` is share (0 to 1) or ms; `low` and `high` are None where nothing was resampled.
    """

    metric: str
    value: float
    unit: str
    n: int
    low: float | None
    high: float | None
    dataset: str
    code_version: str
    measured_at: datetime


@cache
def load_evaluations() -> tuple[Evaluation, ...]:
    """Return every recorded figure by name; none before the first was recorded."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Evaluation(**row | {"measured_at": datetime.fromisoformat(row["measured_at"])}) for row in rows)


def confidence_in(evidence_class: str | None) -> dict[str, Any] | None:
    """Return how often answers of an evidence class were right when they were last measured, with n and interval.

    None where that was never measured: nobody judged prose.
    """
    name = PRECISION.format(evidence_class)
    found = next((e for e in load_evaluations() if e.metric == name and e.n > 0), None)
    if evidence_class is None or found is None:
        return None
    return {
        "precision": found.value, "n": found.n, "low": found.low, "high": found.high,
        "code_version": found.code_version, "measured_at": found.measured_at.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
