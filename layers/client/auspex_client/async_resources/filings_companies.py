"""`client.filings.companies`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_companies import Company
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_companies import LIST_COMPANIES


class AsyncFilingsCompanies(AsyncResource):
    """Operations of `filings.companies`."""

    async def list(
        self, q: str, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPage[Company]:
        """List companies that a text names, the best match first.

        `q`: Ticker, CIK or name. `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/companies, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_COMPANIES, Company, query=given({"q": q, "limit": limit, "cursor": cursor}), options=options
        )
