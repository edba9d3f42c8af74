"""`client.filings.ask_template_runs`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.calls import CallOptions, given
from auspex_client.models.shared import TemplateRun
from auspex_client.replies import AsyncPage
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_ask_template_runs import LIST_ASK_TEMPLATE_RUNS


class AsyncFilingsAskTemplateRuns(AsyncResource):
    """Operations of `filings.ask_template_runs`."""

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        template_key: str | None = None,
        ticker: str | None = None,
        refused: bool | None = None,
        asked_from: dt.datetime | None = None,
        asked_to: dt.datetime | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[TemplateRun]:
        """List this account's runs, newest first, as they were answered.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `ticker`: Ticker or CIK as
        it was given. `asked_from`: RFC 3339. `asked_to`: RFC 3339, exclusive.

        GET /v1/filings/ask-template-runs, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_ASK_TEMPLATE_RUNS,
            TemplateRun,
            query=given(
                {
                    "limit": limit,
                    "cursor": cursor,
                    "template_key": template_key,
                    "ticker": ticker,
                    "refused": refused,
                    "asked_from": asked_from,
                    "asked_to": asked_to,
                }
            ),
            options=options,
        )
