"""Take, move or give up the lease of the active provider, for operators.
Route: POST, DELETE /v1/providers/lease · Reads, writes: providers.lease, events, operator_requests
Fails: already-held, no-provider, provider-not-configured, stale-epoch, idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import transaction
from auspex.platform.endpoint import Caller, IdempotencyKey, endpoint
from auspex.platform.origin import Origin
from auspex.platform.replies import Request
from auspex.providers.contract import ProviderName
from auspex.providers.lease_control import release_lease, take_lease
from auspex.providers.representations import LeaseOut, Reason
from auspex.providers.settings import read_configuration
from auspex.providers.status import read_lease

ROUTE = "/v1/providers/lease"
api = endpoint(__name__, scope="admin")


class TakeLease(Request):
    """Which provider shall be asked from now on; none named: the next in line, if nobody is asked now."""

    provider: Annotated[ProviderName | None, Field(examples=["gemini"])] = None
    reason: Reason


@api.post(ROUTE, response_model=LeaseOut)
async def take_provider_lease(body: TakeLease, caller: Caller, idempotency_key: IdempotencyKey) -> LeaseOut:
    """Acquire the lease, or move it to a provider: its cool-down ends, the one that is left rests."""
    configuration, at = read_configuration(), current_clock().now()
    origin = Origin.of(caller.account_id, ROUTE, idempotency_key, body.model_dump(mode="json"))
    with transaction() as connection:
        take_lease(
            connection, provider=body.provider, configuration=configuration, actor=caller.key_id, reason=body.reason,
            at=at, origin=origin,
        )  # fmt: skip
        return LeaseOut.of(read_lease(connection, configuration=configuration, at=at))


@api.delete(ROUTE, response_model=LeaseOut)
async def release_provider_lease(
    caller: Caller, epoch: Annotated[int, Query(ge=1, le=2**53, examples=[7])], reason: Annotated[Reason, Query()]
) -> LeaseOut:
    """Give the lease up; the next question acquires it anew. The epoch says which lease is meant."""
    configuration, at = read_configuration(), current_clock().now()
    with transaction() as connection:
        release_lease(connection, epoch=epoch, actor=caller.key_id, reason=reason, at=at)
        return LeaseOut.of(read_lease(connection, configuration=configuration, at=at))


handler = api.handler
