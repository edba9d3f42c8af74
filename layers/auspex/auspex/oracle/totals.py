"""What the finished shards of a job add up to, whichever kind it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auspex.oracle.batch_scores import totals_of
from auspex.oracle.project_season import table_of
from auspex.oracle.run_store import Run


def totals_of_run(run: Run, partials: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a batch's counts and scores, or a projection's table with how it was made; `partials` is not empty."""
    return totals_of(partials) if run.kind == "batch" else _table(run, partials)


def _table(run: Run, partials: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return table_of(run.input, partials, params_version=(run.strengths or {}).get("params_version"))
