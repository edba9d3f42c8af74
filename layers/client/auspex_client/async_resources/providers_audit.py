"""`client.providers.audit`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.providers_audit import AuditEntry, Chain
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.providers_audit import LIST_PROVIDER_AUDIT, VERIFY_PROVIDER_AUDIT


class AsyncProvidersAudit(AsyncResource):
    """Operations of `providers.audit`."""

    async def list(
        self,
        *,
        from_: dt.datetime | None = None,
        to: dt.datetime | None = None,
        provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | None = None,
        type: Literal[
            "acquire",
            "release",
            "switch",
            "failure",
            "recovered",
            "pin",
            "unpin",
            "returned",
            "stale_result",
            "health",
            "budget",
            "none_left",
        ]
        | None = None,
        verify: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[AuditEntry]:
        """List the audit, newest first.

        `from_`: Entries from this instant on. `to`: Entries before this instant. `provider`: Left or reached by the
        change. `verify`: Recompute the hash of each entry shown. `limit`: Rows of the page. `cursor`: `next_cursor` of
        the page before, same filters.

        GET /v1/providers/audit, scope `admin`.
        """
        return await self._auspex.page(
            LIST_PROVIDER_AUDIT,
            AuditEntry,
            query=given(
                {
                    "from": from_,
                    "to": to,
                    "provider": provider,
                    "type": type,
                    "verify": verify,
                    "limit": limit,
                    "cursor": cursor,
                }
            ),
            options=options,
        )

    async def verify(self, *, options: CallOptions | None = None) -> Reply[Chain]:
        """Recompute the whole chain of hashes and say where it breaks, if it does.

        GET /v1/providers/audit/chain, scope `admin`.
        """
        return await self._auspex.call(VERIFY_PROVIDER_AUDIT, Chain, options=options)
