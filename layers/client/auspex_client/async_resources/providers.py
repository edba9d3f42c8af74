"""`client.providers`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from auspex_client.async_resources.providers_audit import AsyncProvidersAudit
from auspex_client.async_resources.providers_lease import AsyncProvidersLease
from auspex_client.calls import CallOptions, given
from auspex_client.models.providers import Drill, HealthOut, Status
from auspex_client.models.shared import Lease
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.providers import (
    PIN_ACTIVE_PROVIDER,
    RUN_PROVIDER_DRILL,
    SHOW_PROVIDER_HEALTH,
    SHOW_PROVIDER_STATUS,
    UNPIN_ACTIVE_PROVIDER,
)

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncProviders(AsyncResource):
    """Operations of `providers`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.audit = AsyncProvidersAudit(auspex)
        self.lease = AsyncProvidersLease(auspex)

    async def drill(
        self,
        kind: Literal["quota", "budget", "auth", "unavailable", "bad_output", "request", "health", "manual"],
        *,
        provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Drill]:
        """Run the shipped operations in a transaction that is rolled back, and tell what they did.

        POST /v1/providers/drills, scope `admin`.
        """
        return await self._auspex.call(
            RUN_PROVIDER_DRILL, Drill, body=given({"kind": kind, "provider": provider}), options=options
        )

    async def health(
        self,
        *,
        provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | None = None,
        hours: int | None = None,
        options: CallOptions | None = None,
    ) -> Reply[HealthOut]:
        """Show error rate, latency and checks of each provider.

        `hours`: How far back.

        GET /v1/providers/health, any key.
        """
        return await self._auspex.call(
            SHOW_PROVIDER_HEALTH, HealthOut, query=given({"provider": provider, "hours": hours}), options=options
        )

    async def unpin(self, reason: str, *, options: CallOptions | None = None) -> Reply[Lease]:
        """End the pin; the provider keeps the lease. Without a pin nothing changes.

        `reason`: Why; kept in the audit.

        DELETE /v1/providers/pin, scope `admin`.
        """
        return await self._auspex.call(UNPIN_ACTIVE_PROVIDER, Lease, query=given({"reason": reason}), options=options)

    async def pin(
        self,
        *,
        provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"],
        reason: str,
        until: dt.datetime,
        strict: bool | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Lease]:
        """Move the lease to a provider and keep it there; unless strict, its first failover ends the pin.

        `reason`: Why; kept in the audit. `strict`: No failover, and no model is asked while it fails. `until`: At most
        7 days ahead.

        PUT /v1/providers/pin, scope `admin`.
        """
        return await self._auspex.call(
            PIN_ACTIVE_PROVIDER,
            Lease,
            body=given({"provider": provider, "reason": reason, "strict": strict, "until": until}),
            options=options,
        )

    async def status(self, *, options: CallOptions | None = None) -> Reply[Status]:
        """Show who is asked, who would follow, and each provider's counts; budgets are shown to operators alone.

        GET /v1/providers/status, any key.
        """
        return await self._auspex.call(SHOW_PROVIDER_STATUS, Status, options=options)
