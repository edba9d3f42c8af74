"""Leave one effect an hour.
Schedule: every hour · Writes: toy.effects"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auspex.core.database import transaction
from auspex.platform.schedule import schedule


def tick(at: datetime) -> dict[str, Any]:
    """Leave an effect that names the firing; an odd hour breaks."""
    with transaction() as connection:
        connection.execute("INSERT INTO toy.effects (key) VALUES (%s)", (f"tick:{at:%H:%M}",))
    if at.hour == 13:
        raise RuntimeError("the thirteenth hour breaks")
    return {"ticks": 1}


handler = schedule("toy-tick", tick).handler
