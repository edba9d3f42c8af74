"""`client.filings.asks`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.shared import Ask
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_FILING_ASKS = Operation("list_filing_asks", "GET", "/v1/filings/asks")
SHOW_FILING_ASK = Operation("show_filing_ask", "GET", "/v1/filings/asks/{ask_id}")


class FilingsAsks(Resource):
    """Operations of `filings.asks`."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> Page[Ask]:
        """List this account's asks, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/asks, scope `filings:read`.
        """
        return self._auspex.page(
            LIST_FILING_ASKS, Ask, query=given({"limit": limit, "cursor": cursor}), options=options
        )

    def show(self, ask_id: str, *, options: CallOptions | None = None) -> Reply[Ask]:
        """Show one of this account's asks as it was answered.

        GET /v1/filings/asks/{ask_id}, scope `filings:read`.
        """
        return self._auspex.call(SHOW_FILING_ASK, Ask, path={"ask_id": ask_id}, options=options)
