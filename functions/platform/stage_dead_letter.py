"""Keep what no worker could process and fail its unit.
Queue: every …-dlq · Writes: platform.dead_letters, jobs · Fails: never loses a body; errors retry"""

from __future__ import annotations

from typing import Any

from auspex.platform.dead_letters import handle_dead_letters


def handler(event: dict[str, Any], context: Any) -> Any:
    """Store each record of a dead-letter queue."""
    return handle_dead_letters(event, context)
