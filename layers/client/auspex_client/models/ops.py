"""What `ops` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.model import Model


class JobMetrics(Model):
    """Jobs created and ended within the window, and those alive now."""

    alive_by_status: dict[str, int]
    created: int
    finished_by_status: dict[str, int]


class MessageMetrics(Model):
    """Messages within the window; `dead_letters_open` counts all that were never redriven, of any time."""

    dead_letters_by_reason: dict[str, int]
    dead_letters_open: int
    dead_letters_redriven: int
    failed_attempts_by_stage: dict[str, int]
    sent_by_queue: dict[str, int]


class ScheduleMetrics(Model):
    """Runs of schedules begun within the window; `unfinished` ones run, or their process died."""

    runs_by_outcome: dict[str, int]


class Metrics(Model):
    """Counts over the window from `since` (exclusive) to `at`."""

    at: dt.datetime
    jobs: JobMetrics
    messages: MessageMetrics
    schedules: ScheduleMetrics
    since: dt.datetime
    window_minutes: int


class Outbox(Model):
    """Committed messages not sent yet; what is due is sent within a minute."""

    due: int
    oldest_due_seconds: float | None
    unsent: int


class Queue(Model):
    """A queue, its name without the deployment's prefix; counts are SQS's, which are approximate."""

    dead_letters: bool
    delayed: int
    in_flight: int
    queue: str
    visible: int


class Queues(Model):
    """Every queue of this deployment, and the outbox before them."""

    measured_at: dt.datetime
    outbox: Outbox
    queues: list[Queue]
