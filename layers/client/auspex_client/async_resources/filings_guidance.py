"""`client.filings.guidance`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_guidance import Guidance
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_guidance import LIST_COMPANY_GUIDANCE


class AsyncFilingsGuidance(AsyncResource):
    """Operations of `filings.guidance`."""

    async def list(
        self,
        ticker: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        metric: str | None = None,
        basis: Literal["gaap", "non_gaap"] | None = None,
        outcome: Literal["open", "beat", "in_range", "miss", "unjudged", "not_scored"] | None = None,
        as_of: dt.datetime | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[Guidance]:
        """List a company's guidance, newest first, with outcome, record and our own expectation of the next figure.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `ticker`: Ticker or CIK.
        `outcome`: `open` is not yet known, `not_scored` never. `as_of`: Only what was known then; RFC 3339.

        GET /v1/filings/guidance, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_COMPANY_GUIDANCE,
            Guidance,
            query=given(
                {
                    "limit": limit,
                    "cursor": cursor,
                    "ticker": ticker,
                    "metric": metric,
                    "basis": basis,
                    "outcome": outcome,
                    "as_of": as_of,
                }
            ),
            options=options,
        )
