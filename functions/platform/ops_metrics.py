"""Count what the tables hold of the last minutes, for operators; requests are counted in the metrics of the logs.
Route: GET /v1/ops/metrics · Reads: platform.outbox, delivery_failures, dead_letters, jobs, schedule_runs
Fails: validation-failed"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import METRICS_WINDOW_MINUTES_MAX
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.operations import read_metrics
from auspex.platform.replies import Representation

WINDOW_MINUTES_DEFAULT = 60
Counts = dict[str, int]

api = endpoint(__name__, scope="admin")


class MessageMetrics(Representation):
    """Messages within the window; `dead_letters_open` counts all that were never redriven, of any time."""

    sent_by_queue: Annotated[Counts, Field(description="Sent by the outbox", examples=[{"filings-ingestion": 12}])]
    failed_attempts_by_stage: Annotated[Counts, Field(examples=[{"filings-ingestion": 2}])]
    dead_letters_by_reason: Annotated[Counts, Field(examples=[{"processing-failed": 1}])]
    dead_letters_redriven: int
    dead_letters_open: int


class JobMetrics(Representation):
    """Jobs created and ended within the window, and those alive now."""

    created: int
    finished_by_status: Annotated[Counts, Field(examples=[{"succeeded": 4, "failed": 1}])]
    alive_by_status: Annotated[Counts, Field(examples=[{"running": 2}])]


class ScheduleMetrics(Representation):
    """Runs of schedules begun within the window; `unfinished` ones run, or their process died."""

    runs_by_outcome: Annotated[Counts, Field(examples=[{"succeeded": 72}])]


class MetricsOut(Representation):
    """Counts over the window from `since` (exclusive) to `at`."""

    window_minutes: int
    since: datetime
    at: datetime
    messages: MessageMetrics
    jobs: JobMetrics
    schedules: ScheduleMetrics


@api.get("/v1/ops/metrics", response_model=MetricsOut)
async def read_operation_metrics(
    _: Caller,
    window_minutes: Annotated[int, Query(ge=1, le=METRICS_WINDOW_MINUTES_MAX)] = WINDOW_MINUTES_DEFAULT,
) -> MetricsOut:
    """Count messages, dead letters, jobs and schedule runs of the last minutes."""
    return MetricsOut.model_validate(read_metrics(connect(), window_minutes=window_minutes, at=current_clock().now()))


handler = api.handler
