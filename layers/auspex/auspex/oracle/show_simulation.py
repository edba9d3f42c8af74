"""A stored answer with what became known since: its own score, and the live record of its model."""

from __future__ import annotations

from auspex.core.database import Connection
from auspex.oracle.calibration_reads import live_record
from auspex.oracle.simulation_bodies import SimulationOut
from auspex.oracle.simulation_store import StoredSimulation, find_own_score

NO_RECORD = {"n": 0, "rps": None, "skill_vs_base": None}


def show_simulation(connection: Connection, row: StoredSimulation) -> SimulationOut:
    """Show an answer; where a competition is named, how good live forecasts of it were so far stands beside it."""
    competition, run = row.result["fixture"]["competition"], row.result["run"]
    record = None
    if competition is not None:
        found = live_record(
            connection, model=run["model"], model_version=run["model_version"], competition=competition
        )  # fmt: skip
        record = found or NO_RECORD
    return SimulationOut.of(row, score=find_own_score(connection, row), calibration=record)
