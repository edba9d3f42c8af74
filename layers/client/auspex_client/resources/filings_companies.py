"""`client.filings.companies`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.filings_companies import Company
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_COMPANIES = Operation("list_companies", "GET", "/v1/filings/companies")


class FilingsCompanies(Resource):
    """Operations of `filings.companies`."""

    def list(
        self, q: str, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> Page[Company]:
        """List companies that a text names, the best match first.

        `q`: Ticker, CIK or name. `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/companies, scope `filings:read`.
        """
        return self._auspex.page(
            LIST_COMPANIES, Company, query=given({"q": q, "limit": limit, "cursor": cursor}), options=options
        )
