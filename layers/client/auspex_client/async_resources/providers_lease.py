"""`client.providers.lease`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.shared import Lease
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.providers_lease import RELEASE_PROVIDER_LEASE, TAKE_PROVIDER_LEASE


class AsyncProvidersLease(AsyncResource):
    """Operations of `providers.lease`."""

    async def release(self, *, epoch: int, reason: str, options: CallOptions | None = None) -> Reply[Lease]:
        """Give the lease up; the next question acquires it anew. The epoch says which lease is meant.

        `reason`: Why; kept in the audit.

        DELETE /v1/providers/lease, scope `admin`.
        """
        return await self._auspex.call(
            RELEASE_PROVIDER_LEASE, Lease, query=given({"epoch": epoch, "reason": reason}), options=options
        )

    async def take(
        self,
        reason: str,
        *,
        provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Lease]:
        """Acquire the lease, or move it to a provider: its cool-down ends, the one that is left rests.

        `reason`: Why; kept in the audit.

        POST /v1/providers/lease, scope `admin`.
        """
        return await self._auspex.call(
            TAKE_PROVIDER_LEASE, Lease, body=given({"provider": provider, "reason": reason}), options=options
        )
