"""The shell of every schedule: its event's time is the time, one run per firing, its outcome kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from auspex.core import outbox
from auspex.core.clock import FixedClock, current_clock, set_clock
from auspex.core.config import DeploymentSettings, read_settings
from auspex.core.database import begin_invocation, transaction
from auspex.core.telemetry import count, flush_metrics, log_invocation, logger
from auspex.platform.deliveries import begin_schedule_run, end_schedule_run

UNFILLED = "<aws.scheduler.scheduled-time>"
"""What EventBridge Scheduler replaces by the instant; MiniStack hands it on as it stands."""
Run = Callable[[datetime], dict[str, Any]]


class Schedule:
    """A scheduled function: `run` gets the instant of the firing and returns what it did, as counts."""

    def __init__(self, name: str, run: Run) -> None:
        self.name = name
        self._run = run

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG002 - Lambda's signature
        """Run one firing; an exception is recorded and raised, so that EventBridge's own retry sees it."""
        started = time.perf_counter()
        begin_invocation()
        outbox.forget_pending()
        scheduled_at = firing_time(event)
        with transaction() as connection:
            begun = begin_schedule_run(
                connection, schedule=self.name, scheduled_at=scheduled_at, at=current_clock().now()
            )
        if not begun:
            return {"schedule": self.name, "outcome": "repeat"}
        try:
            with time_of(event, scheduled_at):
                detail = self._run(scheduled_at)
        except Exception as error:
            self._end(scheduled_at, "failed", {"error": f"{type(error).__name__}: {error}"[:500]}, started)
            logger().exception("schedule failed", extra={"schedule": self.name})
            raise
        outbox.send_committed()
        self._end(scheduled_at, "succeeded", detail, started)
        return {"schedule": self.name, "outcome": "succeeded"} | detail

    def _end(self, scheduled_at: datetime, outcome: str, detail: dict[str, Any], started: float) -> None:
        with transaction() as connection:
            end_schedule_run(
                connection, schedule=self.name, scheduled_at=scheduled_at, outcome=outcome, detail=detail,
                at=current_clock().now(),
            )  # fmt: skip
        duration_ms = round((time.perf_counter() - started) * 1000, 2)
        log_invocation("schedule", schedule=self.name, outcome=outcome, duration_ms=duration_ms, **detail)
        count("ScheduleRuns", schedule=self.name, outcome=outcome)
        if outcome == "failed":
            count("ScheduleRunsFailed")  # of any schedule: what the alarm watches
        flush_metrics()


def schedule(name: str, run: Run) -> Schedule:
    """Make a scheduled function."""
    return Schedule(name, run)


def firing_time(event: dict[str, Any]) -> datetime:
    """Return the instant an EventBridge event was fired for; now when it carries none (a manual start)."""
    stated = event.get("time") or event.get("scheduled_at")
    if not isinstance(stated, str) or stated == UNFILLED:
        return current_clock().now()
    return datetime.fromisoformat(stated).astimezone(UTC)


class TimeDoesNotTravelError(RuntimeError):
    """An event asks for the past where only the present counts."""


@contextmanager
def time_of(event: dict[str, Any], scheduled_at: datetime) -> Iterator[None]:
    """Run a block on the clock of its firing where the event says `"time_travel": true`, as replays of the past do.

    With stage local alone; anywhere else it is refused, so that nothing is ever archived under a time that is not.
    """
    if event.get("time_travel") is not True:
        yield
        return
    if read_settings(DeploymentSettings).stage != "local":
        raise TimeDoesNotTravelError("time travels with stage local alone")
    before = current_clock()
    set_clock(FixedClock(scheduled_at))
    try:
        yield
    finally:
        set_clock(before)
