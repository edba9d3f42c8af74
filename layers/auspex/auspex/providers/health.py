"""How the providers do: what calls and checks of a window of time say of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from auspex.core.database import Connection, fetch_all, load_sql
from auspex.core.limits import PROVIDER_CHECKS_SHOWN_MAX

SQL = load_sql(Path(__file__).with_suffix(".sql"))
STATE_MINUTES = 15
SAMPLES_MIN = 3
DEGRADED_SHARE = 0.5
OWN_PURPOSE = "providers-health"
"""The monitor's calls are kept for their cost; as samples they count once, as checks."""
HealthState = Literal["healthy", "degraded", "unavailable", "unknown"]


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """One provider over a window; `state` is of its last quarter of an hour."""

    provider: str
    state: HealthState
    samples: int
    error_rate: float | None
    p50_ms: int | None
    p95_ms: int | None
    checks: list[dict[str, Any]]


def read_health(connection: Connection, *, provider: str | None, hours: int, at: datetime) -> list[ProviderHealth]:
    """Return each provider's health (or one's) over the last hours, by priority."""
    since = at - timedelta(hours=hours)
    rows = fetch_all(
        connection,
        SQL["read_health"],
        {
            "since": since, "recent": at - timedelta(minutes=STATE_MINUTES), "provider": provider,
            "own_purpose": OWN_PURPOSE,
        },
    )  # fmt: skip
    return [
        ProviderHealth(
            provider=row["provider"], state=state_of(row["recent_samples"], row["recent_errors"]),
            samples=row["samples"], error_rate=row["errors"] / row["samples"] if row["samples"] else None,
            p50_ms=row["p50_ms"], p95_ms=row["p95_ms"],
            checks=fetch_all(
                connection, SQL["list_checks"],
                {"provider": row["provider"], "since": since, "rows_max": PROVIDER_CHECKS_SHOWN_MAX},
            ),
        )
        for row in rows
    ]  # fmt: skip


def state_of(samples: int, errors: int) -> HealthState:
    """Return what a quarter of an hour says: nothing below three samples."""
    if samples < SAMPLES_MIN:
        return "unknown"
    if errors == samples:
        return "unavailable"
    return "degraded" if errors / samples >= DEGRADED_SHARE else "healthy"
