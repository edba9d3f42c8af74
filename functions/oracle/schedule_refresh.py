"""Fetch results, matches to come and their prices.
Schedule: daily 06:30 UTC · Reads: football-data, the odds source · Writes: oracle.matches, odds, source_files, teams
Fails: nothing of a source; each file's fault is recorded and the last data stays"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Any

from auspex.oracle.ports import open_sources
from auspex.oracle.refresh_sources import refresh_sources
from auspex.platform.schedule import schedule


def run(at: datetime) -> dict[str, Any]:
    """Ask the sources for what is due on the day of the firing."""
    with closing(open_sources()) as sources:
        return refresh_sources(at, sources=sources)


handler = schedule("oracle-refresh", run).handler
