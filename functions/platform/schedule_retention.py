"""Delete what is older than it is kept, and say how much.
Schedule: every day · Reads: platform.retention_rules · Writes: deletes from the tables named there"""

from __future__ import annotations

from auspex.platform.retention import delete_expired
from auspex.platform.schedule import schedule

handler = schedule("platform-retention", delete_expired).handler
