"""Pin a provider for a time, or unpin it, for operators.
Route: PUT, DELETE /v1/providers/pin · Reads, writes: providers.lease, events
Fails: provider-not-configured"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from pydantic import Field, field_validator

from auspex.core.clock import current_clock
from auspex.core.database import transaction
from auspex.core.limits import PROVIDER_PIN_DAYS_MAX
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Instant, Request
from auspex.providers.contract import ProviderName
from auspex.providers.lease_control import pin_provider, unpin
from auspex.providers.representations import LeaseOut, Reason
from auspex.providers.settings import read_configuration
from auspex.providers.status import read_lease

ROUTE = "/v1/providers/pin"
api = endpoint(__name__, scope="admin")


class PinProvider(Request):
    """Which provider is kept, how long, and how firmly."""

    provider: Annotated[ProviderName, Field(examples=["groq"])]
    until: Annotated[Instant, Field(description="At most 7 days ahead", examples=["2031-01-31T00:00:00Z"])]
    strict: Annotated[bool, Field(description="No failover, and no model is asked while it fails")] = False
    reason: Reason

    @field_validator("until", mode="after")
    @classmethod
    def lie_ahead(cls, until: Instant) -> Instant:
        """Refuse an instant that has passed or lies too far ahead."""
        now = current_clock().now()
        if not now < until <= now + timedelta(days=PROVIDER_PIN_DAYS_MAX):
            raise ValueError(f"give an instant of the next {PROVIDER_PIN_DAYS_MAX} days")
        return until


@api.put(ROUTE, response_model=LeaseOut)
async def pin_active_provider(body: PinProvider, caller: Caller) -> LeaseOut:
    """Move the lease to a provider and keep it there; unless strict, its first failover ends the pin."""
    configuration, at = read_configuration(), current_clock().now()
    with transaction() as connection:
        pin_provider(
            connection, provider=body.provider, until=body.until, strict=body.strict, configuration=configuration,
            actor=caller.key_id, reason=body.reason, at=at,
        )  # fmt: skip
        return LeaseOut.of(read_lease(connection, configuration=configuration, at=at))


@api.delete(ROUTE, response_model=LeaseOut)
async def unpin_active_provider(caller: Caller, reason: Annotated[Reason, Query()]) -> LeaseOut:
    """End the pin; the provider keeps the lease. Without a pin nothing changes."""
    configuration, at = read_configuration(), current_clock().now()
    with transaction() as connection:
        unpin(connection, actor=caller.key_id, reason=reason, at=at)
        return LeaseOut.of(read_lease(connection, configuration=configuration, at=at))


handler = api.handler
