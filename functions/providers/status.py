"""Show the active provider, the lease, and how every provider stands.
Route: GET /v1/providers/status · Reads: providers.lease, state, costs · Fails: nothing of its own"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.platform.endpoint import ANY_SCOPE, Caller, endpoint
from auspex.providers.representations import LeaseOut, ProviderOut, StatusOut
from auspex.providers.settings import read_configuration
from auspex.providers.status import read_status

api = endpoint(__name__, scope=ANY_SCOPE)


@api.get("/v1/providers/status", response_model=StatusOut)
async def show_provider_status(caller: Caller) -> StatusOut:
    """Show who is asked, who would follow, and each provider's counts; budgets are shown to operators alone."""
    found = read_status(connect(), configuration=read_configuration(), at=current_clock().now())
    with_costs = caller.may("admin")
    return StatusOut(
        lease=LeaseOut.of(found.lease), llm_available=found.llm_available, audit_count=found.lease.audit_count,
        providers=[ProviderOut.of(one, with_costs=with_costs) for one in found.providers],
    )  # fmt: skip


handler = api.handler
