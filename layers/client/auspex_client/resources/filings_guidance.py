"""`client.filings.guidance`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.filings_guidance import Guidance
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_COMPANY_GUIDANCE = Operation("list_company_guidance", "GET", "/v1/filings/guidance")


class FilingsGuidance(Resource):
    """Operations of `filings.guidance`."""

    def list(
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
    ) -> Page[Guidance]:
        """List a company's guidance, newest first, with outcome, record and our own expectation of the next figure.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `ticker`: Ticker or CIK.
        `outcome`: `open` is not yet known, `not_scored` never. `as_of`: Only what was known then; RFC 3339.

        GET /v1/filings/guidance, scope `filings:read`.
        """
        return self._auspex.page(
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
