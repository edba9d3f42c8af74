"""`client.ledger`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.shared import Transaction
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_OWN_LEDGER = Operation("list_own_ledger", "GET", "/v1/ledger")


class Ledger(Resource):
    """Operations of `ledger`."""

    def list(
        self,
        *,
        kind: Literal["grant", "reserve", "settle", "release", "spend", "refund", "adjust"] | None = None,
        job_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Transaction]:
        """List the account's transactions, newest first; each says what was there after it.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/ledger, any key.
        """
        return self._auspex.page(
            LIST_OWN_LEDGER,
            Transaction,
            query=given({"kind": kind, "job_id": job_id, "limit": limit, "cursor": cursor}),
            options=options,
        )
