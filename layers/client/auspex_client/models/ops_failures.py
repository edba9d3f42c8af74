"""What `ops.failures` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.model import Model


class Failure(Model):
    """One failed attempt at a message."""

    attempt: int
    error: str
    error_type: str
    failed_at: dt.datetime
    failure_id: int
    job_id: str | None
    message_id: str
    node: str | None
    queue: str
    stage: str
