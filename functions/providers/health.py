"""Show how each provider did over the last hours.
Route: GET /v1/providers/health · Reads: providers.calls, checks · Fails: nothing of its own"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import PROVIDER_HEALTH_HOURS_MAX
from auspex.platform.endpoint import ANY_SCOPE, Caller, endpoint
from auspex.platform.replies import Representation
from auspex.providers.contract import ProviderName
from auspex.providers.health import read_health

api = endpoint(__name__, scope=ANY_SCOPE)


class CheckOut(Representation):
    """One check of the monitor: inference of the holder, the list of models of any other."""

    at: datetime
    kind: Literal["inference", "models"]
    ok: bool
    latency_ms: int
    rule: Annotated[str | None, Field(description="What it failed by")]


class ProviderHealthOut(Representation):
    """One provider: calls and checks of the window."""

    provider: ProviderName
    state: Annotated[
        Literal["healthy", "degraded", "unavailable", "unknown"],
        Field(description="Of the last 15 minutes: degraded from half failing on; unknown below three samples"),
    ]
    samples: int
    error_rate: float | None
    p50_ms: int | None
    p95_ms: int | None
    checks: Annotated[list[CheckOut], Field(description="The newest, at most 50")]


class HealthOut(Representation):
    """Every provider's health, or one's."""

    hours: int
    providers: list[ProviderHealthOut]


@api.get("/v1/providers/health", response_model=HealthOut)
async def show_provider_health(
    _: Caller,
    provider: Annotated[ProviderName | None, Query()] = None,
    hours: Annotated[int, Query(ge=1, le=PROVIDER_HEALTH_HOURS_MAX, description="How far back")] = 24,
) -> HealthOut:
    """Show error rate, latency and checks of each provider."""
    found = read_health(connect(), provider=provider, hours=hours, at=current_clock().now())
    shown = [ProviderHealthOut.model_validate(one, from_attributes=True) for one in found]
    return HealthOut(hours=hours, providers=shown)


handler = api.handler
