"""Send what is unsent or due, expire overdue jobs.
Schedule: every minute · Reads, writes: platform.outbox, jobs · Sends: whatever waits"""

from __future__ import annotations

from auspex.platform.schedule import schedule
from auspex.platform.sweep import sweep_deliveries

handler = schedule("platform-sweep", sweep_deliveries).handler
