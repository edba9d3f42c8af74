"""`client.filings.kpis`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.filings_kpis import Kpi
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_COMPANY_KPIS = Operation("list_company_kpis", "GET", "/v1/filings/kpis")


class FilingsKpis(Resource):
    """Operations of `filings.kpis`."""

    def list(
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
    ) -> Page[Kpi]:
        """List figures of a company, newest period first, with their quotes and, on request, their change.

        With `Accept: text/csv` all of them at once, whatever `limit` and `cursor` say, for one token.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `ticker`: Ticker or CIK.
        `as_of`: Only what was known then; RFC 3339.

        GET /v1/filings/kpis, scope `filings:read`.
        """
        return self._auspex.page(
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
