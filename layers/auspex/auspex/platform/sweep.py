"""The minute's housekeeping: the outbox's second chance, and jobs that ran out of time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.core import outbox
from auspex.core.database import transaction
from auspex.core.limits import OUTBOX_SWEEP_ROWS_MAX
from auspex.platform.jobs import expire_overdue_jobs


def sweep_deliveries(at: datetime) -> dict[str, Any]:
    """Send unsent and due outbox rows until none is left, expire overdue jobs, and return the counts."""
    sent = 0
    while True:
        with transaction() as connection:
            batch = outbox.sweep(connection, at=at)
        sent += batch
        if batch < OUTBOX_SWEEP_ROWS_MAX:
            break
    with transaction() as connection:
        expired = expire_overdue_jobs(connection, at=at)
    return {"sent": sent, "expired": expired}
