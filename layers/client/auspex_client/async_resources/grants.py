"""`client.grants`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.shared import Transaction
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.grants import CREATE_GRANT


class AsyncGrants(AsyncResource):
    """Operations of `grants`."""

    async def create(
        self,
        *,
        account_id: str,
        reason: str,
        tokens: int,
        kind: Literal["grant", "adjust"] | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Transaction]:
        """Give tokens once per Idempotency-Key; without one every call gives anew.

        POST /v1/grants, scope `admin`.
        """
        return await self._auspex.call(
            CREATE_GRANT,
            Transaction,
            body=given({"account_id": account_id, "kind": kind, "reason": reason, "tokens": tokens}),
            options=options,
        )
