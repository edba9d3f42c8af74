"""`client.filings.ops.redrives`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_ops import FilingsRedrive, FilingsRedriveFilter
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_ops_redrives import REDRIVE_FILINGS_DEAD_LETTERS


class AsyncFilingsOpsRedrives(AsyncResource):
    """Operations of `filings.ops.redrives`."""

    async def create(
        self,
        *,
        all: Literal[True] | None = None,
        filter: FilingsRedriveFilter | None = None,
        ids: Sequence[str] | None = None,
        max: int | None = None,
        options: CallOptions | None = None,
    ) -> Reply[FilingsRedrive]:
        """Send dead letters of filings again to the queues they died in, each once; nobody is charged.

        POST /v1/filings/ops/redrives, scope `admin`.
        """
        return await self._auspex.call(
            REDRIVE_FILINGS_DEAD_LETTERS,
            FilingsRedrive,
            body=given({"all": all, "filter": filter, "ids": ids, "max": max}),
            options=options,
        )
