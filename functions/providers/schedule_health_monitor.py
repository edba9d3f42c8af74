"""Check the active provider, end cool-downs and expired pins, return to a better provider where that is set.
Schedule: every 5 minutes · Reads, writes: providers.lease, state, checks, calls, events"""

from __future__ import annotations

from auspex.platform.schedule import schedule
from auspex.providers.monitor import watch_providers

handler = schedule("providers-health-monitor", watch_providers).handler
