"""Score archived forecasts whose result is known, and rebuild what the public reads of them.
Schedule: daily 07:30 UTC · Reads: oracle.matches · Writes: platform.outcomes, scores, oracle.calibration
Fails: nothing of its own; a forecast that the rule cannot read is tried again"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.oracle.forecast_scores import RULE, record_results
from auspex.oracle.rebuild_calibration import rebuild_calibration
from auspex.platform.schedule import schedule
from auspex.platform.scorebook.score_due import score_due


def run(at: datetime) -> dict[str, Any]:
    """Record results and corrections, score, rebuild."""
    recorded = {"outcomes_recorded": record_results(at)}
    return recorded | score_due(RULE, at) | {"calibration_rows": rebuild_calibration(at)}


handler = schedule("oracle-score", run).handler
