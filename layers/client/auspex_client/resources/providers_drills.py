"""`client.providers.drills`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.providers_drills import Drill
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource, Resource

RUN_PROVIDER_DRILL = Operation("run_provider_drill", "POST", "/v1/providers/drills")


class ProvidersDrills(Resource):
    """Operations of `providers.drills`."""

    def create(
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


class AsyncProvidersDrills(AsyncResource):
    """Operations of `providers.drills`."""

    async def create(
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
