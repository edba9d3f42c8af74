"""Show how the filings pipeline stands, for operators.
Route: GET /v1/filings/ops/health · Reads: SQS, filings.filings, edgar_budget, feed_mark, platform's letters
Fails: validation-failed"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import METRICS_WINDOW_MINUTES_MAX
from auspex.filings.ops_reads import read_health
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Representation

WINDOW_MINUTES_DEFAULT = 60
Counts = dict[str, int]

api = endpoint(__name__, scope="admin")


class FilingsQueueOut(Representation):
    """A queue as SQS counts it (approximately), its dead-letter queue, and what the outbox still has to send to it."""

    queue: Annotated[str, Field(examples=["filings-ingestion"])]
    visible: int
    in_flight: int
    delayed: int
    dead: Annotated[int, Field(description="Messages in its dead-letter queue that are not stored yet")]
    unsent: int
    oldest_due_seconds: Annotated[
        float | None, Field(description="How long the oldest due message waits in the outbox")
    ]


class FilingStatusOut(Representation):
    """Filings that stand at a status, and how long the one that waits longest has stood there."""

    status: Annotated[str, Field(examples=["fetched"])]
    filings: int
    oldest_seconds: Annotated[float | None, Field(description="Null where nothing further is done")]


class EdgarBudgetOut(Representation):
    """The request budget that all functions share: slots taken within the window, and whether EDGAR paused us."""

    slots: int
    slots_per_second: Annotated[float, Field(examples=[1.25])]
    is_paused: bool
    paused_until: datetime | None
    strikes: Annotated[int, Field(description="Refusals in a row; each doubles the pause")]


class EdgarFeedOut(Representation):
    """The last poll of EDGAR's feed of latest filings, and the newest entry of the last complete one."""

    polled_at: datetime | None
    age_seconds: float | None
    newest_entry_at: datetime | None


class FilingsFailuresOut(Representation):
    """Failures within the window; `dead_letters_open` counts all that were never redriven, of any time."""

    dead_letters_by_reason: Annotated[Counts, Field(examples=[{"processing-failed": 1}])]
    dead_letters_open: int
    failed_attempts_by_stage: Annotated[Counts, Field(examples=[{"filings-ingestion": 2}])]


class FilingsHealthOut(Representation):
    """The pipeline now, and what happened from `since` (exclusive) to `at`."""

    window_minutes: int
    since: datetime
    at: datetime
    queues: list[FilingsQueueOut]
    statuses: list[FilingStatusOut]
    edgar: EdgarBudgetOut
    feed: EdgarFeedOut
    failures: FilingsFailuresOut


@api.get("/v1/filings/ops/health", response_model=FilingsHealthOut)
async def show_filings_health(
    _: Caller,
    window_minutes: Annotated[int, Query(ge=1, le=METRICS_WINDOW_MINUTES_MAX)] = WINDOW_MINUTES_DEFAULT,
) -> FilingsHealthOut:
    """Show queues, filings by status, the use of EDGAR's budget, the feed, and failures by reason."""
    return FilingsHealthOut.model_validate(
        read_health(connect(), window_minutes=window_minutes, at=current_clock().now())
    )


handler = api.handler
