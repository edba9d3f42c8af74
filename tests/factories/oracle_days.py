"""Days of oracle's schedules on the harness: each morning refresh, refit and score, as EventBridge would."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.factories.season_files import SeasonReplay
from tests.harness.harness import Harness

TIMES = {"refresh": time(6, 30), "refit": time(7, 0), "score": time(7, 30)}


def run_schedule(harness: Harness, name: str, day: date, *, minutes_late: int = 0) -> dict[str, Any]:
    """Fire one of oracle's schedules on a day, the clock standing at its time."""
    at = datetime.combine(day, TIMES[name], UTC) + timedelta(minutes=minutes_late)
    if at > harness.clock.now():
        harness.clock.advance(at - harness.clock.now())
    event = {"schedule": f"oracle-{name}", "scheduled_at": at.isoformat()}
    reply: dict[str, Any] = harness.invoke("oracle", f"schedule_{name}", event)
    return reply


def live_through(harness: Harness, replay: SeasonReplay, first: date, days: int) -> list[dict[str, Any]]:
    """Run every schedule on each of some days; returns what the scoring of each day said."""
    scored = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        replay.travel(day)
        run_schedule(harness, "refresh", day)
        run_schedule(harness, "refit", day)
        scored.append(run_schedule(harness, "score", day))
    return scored
