"""`client.providers`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.providers import Drill, HealthOut, Status
from auspex_client.models.shared import Lease
from auspex_client.replies import Reply
from auspex_client.resource import Resource
from auspex_client.resources.providers_audit import ProvidersAudit
from auspex_client.resources.providers_lease import ProvidersLease

if TYPE_CHECKING:
    from auspex_client.client import Auspex


RUN_PROVIDER_DRILL = Operation("run_provider_drill", "POST", "/v1/providers/drills")
SHOW_PROVIDER_HEALTH = Operation("show_provider_health", "GET", "/v1/providers/health")
UNPIN_ACTIVE_PROVIDER = Operation("unpin_active_provider", "DELETE", "/v1/providers/pin")
PIN_ACTIVE_PROVIDER = Operation("pin_active_provider", "PUT", "/v1/providers/pin")
SHOW_PROVIDER_STATUS = Operation("show_provider_status", "GET", "/v1/providers/status")


class Providers(Resource):
    """Operations of `providers`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.audit = ProvidersAudit(auspex)
        self.lease = ProvidersLease(auspex)

    def drill(
        self,
        kind: Literal["quota", "budget", "auth", "unavailable", "bad_output", "request", "health", "manual"],
        *,
        provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Drill]:
        """Run the shipped operations in a transaction that is rolled back, and tell what they did.

        POST /v1/providers/drills, scope `admin`.
        """
        return self._auspex.call(
            RUN_PROVIDER_DRILL, Drill, body=given({"kind": kind, "provider": provider}), options=options
        )

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

    def unpin(self, reason: str, *, options: CallOptions | None = None) -> Reply[Lease]:
        """End the pin; the provider keeps the lease. Without a pin nothing changes.

        `reason`: Why; kept in the audit.

        DELETE /v1/providers/pin, scope `admin`.
        """
        return self._auspex.call(UNPIN_ACTIVE_PROVIDER, Lease, query=given({"reason": reason}), options=options)

    def pin(
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

    def status(self, *, options: CallOptions | None = None) -> Reply[Status]:
        """Show who is asked, who would follow, and each provider's counts; budgets are shown to operators alone.

        GET /v1/providers/status, any key.
        """
        return self._auspex.call(SHOW_PROVIDER_STATUS, Status, options=options)
