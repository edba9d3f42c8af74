"""`client.ops.dead_letters`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.ops_dead_letters import DeadLetter, Redrive, RedriveFilter
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_OPERATOR_DEAD_LETTERS = Operation("list_operator_dead_letters", "GET", "/v1/ops/dead-letters")
REDRIVE_OPERATOR_DEAD_LETTERS = Operation("redrive_operator_dead_letters", "POST", "/v1/ops/dead-letters/redrive")


class OpsDeadLetters(Resource):
    """Operations of `ops.dead_letters`."""

    def list(
        self,
        *,
        stage: str | None = None,
        reason: str | None = None,
        queue: str | None = None,
        redriven: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[DeadLetter]:
        """List dead letters, newest first.

        `redriven`: Only redriven ones, or only those that were not. `limit`: Rows of the page. `cursor`: `next_cursor`
        of the page before, same filters.

        GET /v1/ops/dead-letters, scope `admin`.
        """
        return self._auspex.page(
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

    def redrive(
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
        return self._auspex.call(
            REDRIVE_OPERATOR_DEAD_LETTERS,
            Redrive,
            body=given({"all": all, "filter": filter, "ids": ids, "max": max}),
            options=options,
        )
