"""Fit parameters where results came in, then archive forecasts of the coming week.
Schedule: daily 07:00 UTC · Reads: oracle.matches, odds · Writes: oracle.params, team_params, posteriors, the scorebook
Fails: a fit's own error, after all other competitions are done; what must not serve is stored as failed"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.oracle.archive_forecasts import archive_week
from auspex.oracle.refit_competitions import refit_competitions
from auspex.platform.schedule import schedule


def run(at: datetime) -> dict[str, Any]:
    """Fit, then forecast with what is in force."""
    return refit_competitions(at) | archive_week(at)


handler = schedule("oracle-refit", run).handler
