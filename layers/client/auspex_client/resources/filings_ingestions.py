"""`client.filings.ingestions`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.shared import Job
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_FILING_INGESTIONS = Operation("list_filing_ingestions", "GET", "/v1/filings/ingestions")


class FilingsIngestions(Resource):
    """Operations of `filings.ingestions`."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> Page[Job]:
        """List this account's ingestion jobs, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/ingestions, scope `filings:read`.
        """
        return self._auspex.page(
            LIST_FILING_INGESTIONS, Job, query=given({"limit": limit, "cursor": cursor}), options=options
        )
