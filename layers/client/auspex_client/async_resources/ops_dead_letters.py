"""`client.ops.dead_letters`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.ops_dead_letters import DeadLetter, Redrive, RedriveFilter
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.ops_dead_letters import LIST_OPERATOR_DEAD_LETTERS, REDRIVE_OPERATOR_DEAD_LETTERS


class AsyncOpsDeadLetters(AsyncResource):
    """Operations of `ops.dead_letters`."""

    async def list(
        self,
        *,
        stage: str | None = None,
        reason: str | None = None,
        queue: str | None = None,
        redriven: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[DeadLetter]:
        """List dead letters, newest first.

        `redriven`: Only redriven ones, or only those that were not. `limit`: Rows of the page. `cursor`: `next_cursor`
        of the page before, same filters.

        GET /v1/ops/dead-letters, scope `admin`.
        """
        return await self._auspex.page(
            LIST_OPERATOR_DEAD_LETTERS,
            DeadLetter,
            query=given(
                {
                    "stage": stage,
                    "reason": reason,
                    "queue": queue,
                    "redriven": redriven,
                    "limit": limit,
                    "cursor": cursor,
                }
            ),
            options=options,
        )

    async def redrive(
        self,
        *,
        all: Literal[True] | None = None,
        filter: RedriveFilter | None = None,
        ids: Sequence[str] | None = None,
        max: int | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Redrive]:
        """Send dead letters again to the queues they died in, each once.

        POST /v1/ops/dead-letters/redrive, scope `admin`.
        """
        return await self._auspex.call(
            REDRIVE_OPERATOR_DEAD_LETTERS,
            Redrive,
            body=given({"all": all, "filter": filter, "ids": ids, "max": max}),
            options=options,
        )
