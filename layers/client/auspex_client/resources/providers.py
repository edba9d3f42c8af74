"""`client.providers`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.providers import HealthOut, Status
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource, Resource
from auspex_client.resources.providers_audit import AsyncProvidersAudit, ProvidersAudit
from auspex_client.resources.providers_drills import AsyncProvidersDrills, ProvidersDrills
from auspex_client.resources.providers_lease import AsyncProvidersLease, ProvidersLease
from auspex_client.resources.providers_pin import AsyncProvidersPin, ProvidersPin

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex
    from auspex_client.client import Auspex


SHOW_PROVIDER_HEALTH = Operation("show_provider_health", "GET", "/v1/providers/health")
SHOW_PROVIDER_STATUS = Operation("show_provider_status", "GET", "/v1/providers/status")


class Providers(Resource):
    """Operations of `providers`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.audit = ProvidersAudit(auspex)
        self.drills = ProvidersDrills(auspex)
        self.lease = ProvidersLease(auspex)
        self.pin = ProvidersPin(auspex)

    def health(
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
        return self._auspex.call(
            SHOW_PROVIDER_HEALTH, HealthOut, query=given({"provider": provider, "hours": hours}), options=options
        )

    def status(self, *, options: CallOptions | None = None) -> Reply[Status]:
        """Show who is asked, who would follow, and each provider's counts; budgets are shown to operators alone.

        GET /v1/providers/status, any key.
        """
        return self._auspex.call(SHOW_PROVIDER_STATUS, Status, options=options)


class AsyncProviders(AsyncResource):
    """Operations of `providers`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.audit = AsyncProvidersAudit(auspex)
        self.drills = AsyncProvidersDrills(auspex)
        self.lease = AsyncProvidersLease(auspex)
        self.pin = AsyncProvidersPin(auspex)

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

    async def status(self, *, options: CallOptions | None = None) -> Reply[Status]:
        """Show who is asked, who would follow, and each provider's counts; budgets are shown to operators alone.

        GET /v1/providers/status, any key.
        """
        return await self._auspex.call(SHOW_PROVIDER_STATUS, Status, options=options)
