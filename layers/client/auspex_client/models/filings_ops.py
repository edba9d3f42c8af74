"""What `filings.ops` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import NotRequired, TypedDict

from auspex_client.model import Model
from auspex_client.models.shared import Job


class EdgarBudget(Model):
    """The request budget that all functions share: slots taken within the window, and whether EDGAR paused us."""

    is_paused: bool
    paused_until: dt.datetime | None
    slots: int
    slots_per_second: float
    strikes: int


class EdgarFeed(Model):
    """The last poll of EDGAR's feed of latest filings, and the newest entry of the last complete one."""

    age_seconds: float | None
    newest_entry_at: dt.datetime | None
    polled_at: dt.datetime | None


class FilingStatus(Model):
    """Filings that stand at a status, and how long the one that waits longest has stood there."""

    filings: int
    oldest_seconds: float | None
    status: str


class FilingsDeadLetter(Model):
    """A message nobody could process: its body word for word, why, and whose filing it was about."""

    accession: str | None
    account_id: str | None
    attempts: int
    dead_at: dt.datetime
    dead_letter_id: str
    error: str
    job_id: str | None
    message: str
    node: str | None
    queue: str
    reason: str
    redrivable: bool
    redriven_at: dt.datetime | None
    request_id: str | None
    stage: str
    ticker: str | None
    unit: str | None


class FilingsFailures(Model):
    """Failures within the window; `dead_letters_open` counts all that were never redriven, of any time."""

    dead_letters_by_reason: dict[str, int]
    dead_letters_open: int
    failed_attempts_by_stage: dict[str, int]


class FilingsQueue(Model):
    """A queue as SQS counts it (approximately), its dead-letter queue, and what the outbox still has to send to it."""

    dead: int
    delayed: int
    in_flight: int
    oldest_due_seconds: float | None
    queue: str
    unsent: int
    visible: int


class FilingsHealth(Model):
    """The pipeline now, and what happened from `since` (exclusive) to `at`."""

    at: dt.datetime
    edgar: EdgarBudget
    failures: FilingsFailures
    feed: EdgarFeed
    queues: list[FilingsQueue]
    since: dt.datetime
    statuses: list[FilingStatus]
    window_minutes: int


class FilingsRedriveFilter(TypedDict):
    """Which dead letters; a field left out means any."""

    reason: NotRequired[str | None]
    stage: NotRequired[str | None]
    ticker: NotRequired[str | None]


class FilingsRedrive(Model):
    """The job, and how many letters were sent again and skipped (sent before, done already, unreadable, not found)."""

    enqueued: int
    job: Job
    skipped: int
