"""What a projection's seasons are drawn from, the same for all of its shards."""

from __future__ import annotations

from datetime import date, datetime

from auspex.core.database import Connection
from auspex.oracle.engine.season import Strengths
from auspex.oracle.model import ModelFamily
from auspex.oracle.parameter_store import params_for
from auspex.oracle.problems import NoParameters
from auspex.oracle.project_season import fitted_strengths, own_strengths, strengths_as_json, strengths_from_json
from auspex.oracle.run_store import Run, keep_strengths
from auspex.oracle.weekly_versions import PastWeeks


def strengths_of_run(connection: Connection, run: Run, *, at: datetime) -> Strengths:
    """Return the caller's strengths, or those fitted before the day of the projection; a past day is fitted on demand.

    Whatever is refitted meanwhile, shards draw from what the first of them found. Raises NoParameters.
    """
    if "strengths" in run.input:
        return own_strengths(run.input["strengths"])
    if run.strengths is not None:
        return strengths_from_json(run.strengths)
    competition, day = str(run.input["competition"]), date.fromisoformat(run.input["as_of"])
    if day < at.date():
        PastWeeks(connection, at=at).ensure(competition, day)
    found = params_for(connection, competition=competition, model=ModelFamily.GOALS, as_of=day)
    if found is None or found.goals is None:
        raise NoParameters(detail=f"Nothing was fitted for {competition} before {day}.")
    strengths = fitted_strengths(found.goals, [team["id"] for team in run.input["teams"]])
    kept = strengths_as_json(strengths, params_version=found.params_version)
    return strengths_from_json(keep_strengths(connection, job_id=run.job_id, strengths=kept))
