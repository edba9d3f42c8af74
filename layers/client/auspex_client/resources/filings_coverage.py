"""`client.filings.coverage`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.filings_coverage import Coverage
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_FILINGS_COVERAGE = Operation("list_filings_coverage", "GET", "/v1/filings/coverage")


class FilingsCoverage(Resource):
    """Operations of `filings.coverage`."""

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        ticker: str | None = None,
        watched_only: bool | None = None,
        since: dt.date | None = None,
        options: CallOptions | None = None,
    ) -> Page[Coverage]:
        """List companies by CIK with what is stored of them, how late, and what is missing.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `ticker`: Ticker or CIK.
        `watched_only`: Companies on this account's watchlist. `since`: Filings filed on this day or later.

        GET /v1/filings/coverage, scope `filings:read`.
        """
        return self._auspex.page(
            LIST_FILINGS_COVERAGE,
            Coverage,
            query=given(
                {"limit": limit, "cursor": cursor, "ticker": ticker, "watched_only": watched_only, "since": since}
            ),
            options=options,
        )
