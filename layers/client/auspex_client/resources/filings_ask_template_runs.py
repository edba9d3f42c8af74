"""`client.filings.ask_template_runs`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.shared import TemplateRun
from auspex_client.replies import Page
from auspex_client.resource import Resource

LIST_ASK_TEMPLATE_RUNS = Operation("list_ask_template_runs", "GET", "/v1/filings/ask-template-runs")


class FilingsAskTemplateRuns(Resource):
    """Operations of `filings.ask_template_runs`."""

    def list(
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
    ) -> Page[TemplateRun]:
        """List this account's runs, newest first, as they were answered.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `ticker`: Ticker or CIK as
        it was given. `asked_from`: RFC 3339. `asked_to`: RFC 3339, exclusive.

        GET /v1/filings/ask-template-runs, scope `filings:read`.
        """
        return self._auspex.page(
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
