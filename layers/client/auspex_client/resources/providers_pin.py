"""`client.providers.pin`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.shared import Lease
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource, Resource

UNPIN_ACTIVE_PROVIDER = Operation("unpin_active_provider", "DELETE", "/v1/providers/pin")
PIN_ACTIVE_PROVIDER = Operation("pin_active_provider", "PUT", "/v1/providers/pin")


class ProvidersPin(Resource):
    """Operations of `providers.pin`."""

    def delete(self, reason: str, *, options: CallOptions | None = None) -> Reply[Lease]:
        """End the pin; the provider keeps the lease. Without a pin nothing changes.

        `reason`: Why; kept in the audit.

        DELETE /v1/providers/pin, scope `admin`.
        """
        return self._auspex.call(UNPIN_ACTIVE_PROVIDER, Lease, query=given({"reason": reason}), options=options)

    def replace(
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
        return self._auspex.call(
            PIN_ACTIVE_PROVIDER,
            Lease,
            body=given({"provider": provider, "reason": reason, "strict": strict, "until": until}),
            options=options,
        )


class AsyncProvidersPin(AsyncResource):
    """Operations of `providers.pin`."""

    async def delete(self, reason: str, *, options: CallOptions | None = None) -> Reply[Lease]:
        """End the pin; the provider keeps the lease. Without a pin nothing changes.

        `reason`: Why; kept in the audit.

        DELETE /v1/providers/pin, scope `admin`.
        """
        return await self._auspex.call(UNPIN_ACTIVE_PROVIDER, Lease, query=given({"reason": reason}), options=options)

    async def replace(
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
