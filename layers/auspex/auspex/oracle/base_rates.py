"""How matches of completed seasons ended: the reference that every archived forecast is compared with."""

from __future__ import annotations

from datetime import datetime

from auspex.core.database import Connection
from auspex.oracle.match_forecasts import BaseRate
from auspex.oracle.match_store import results_before
from auspex.oracle.seasons import season_of


def base_rate_of(connection: Connection, competition: str, *, at: datetime) -> BaseRate | None:
    """Return how matches of completed seasons ended, None without any."""
    season = season_of(at.date())
    played = [row for row in results_before(connection, competition, at.date()) if row["season"] < season]
    if not played:
        return None
    gaps = [row["home_goals"] - row["away_goals"] for row in played]
    shares = [sum(gap > 0 for gap in gaps), sum(gap == 0 for gap in gaps), sum(gap < 0 for gap in gaps)]
    home, draw, away = (share / len(gaps) for share in shares)
    over = sum(row["home_goals"] + row["away_goals"] > 2 for row in played) / len(played)
    return BaseRate((home, draw, away), over)
