"""Send what is unsent or due, expire overdue jobs, end schedule runs whose process died.
Schedule: every minute · Reads, writes: platform.outbox, jobs, reservations, schedule_runs · Sends: whatever waits"""

from __future__ import annotations

from auspex.platform.schedule import schedule
from auspex.platform.sweep import sweep_deliveries

handler = schedule("platform-sweep", sweep_deliveries).handler
