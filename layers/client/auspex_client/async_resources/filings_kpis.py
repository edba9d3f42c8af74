"""`client.filings.kpis`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_kpis import Kpi
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_kpis import LIST_COMPANY_KPIS


class AsyncFilingsKpis(AsyncResource):
    """Operations of `filings.kpis`."""

    async def list(
        self,
        ticker: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        metric: str | None = None,
        period_type: Literal["quarter", "half", "nine_months", "year", "instant", "other"] | None = None,
        basis: Literal["gaap", "non_gaap"] | None = None,
        as_of: dt.datetime | None = None,
        compare: Literal["prior_quarter", "prior_year"] | None = None,
        include_superseded: bool | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[Kpi]:
        """List figures of a company, newest period first, with their quotes and, on request, their change.

        With `Accept: text/csv` all of them at once, whatever `limit` and `cursor` say, for one token.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `ticker`: Ticker or CIK.
        `as_of`: Only what was known then; RFC 3339.

        GET /v1/filings/kpis, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_COMPANY_KPIS,
            Kpi,
            query=given(
                {
                    "limit": limit,
                    "cursor": cursor,
                    "ticker": ticker,
                    "metric": metric,
                    "period_type": period_type,
                    "basis": basis,
                    "as_of": as_of,
                    "compare": compare,
                    "include_superseded": include_superseded,
                }
            ),
            options=options,
        )
