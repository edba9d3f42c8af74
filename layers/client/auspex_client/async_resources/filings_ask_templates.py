"""`client.filings.ask_templates`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, overload

from auspex_client.calls import CallOptions, given
from auspex_client.model import Quote
from auspex_client.models.filings_ask_templates import AskTemplate
from auspex_client.models.shared import TemplateRun
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_ask_templates import LIST_ASK_TEMPLATES, RUN_ASK_TEMPLATE


class AsyncFilingsAskTemplates(AsyncResource):
    """Operations of `filings.ask_templates`."""

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPage[AskTemplate]:
        """List the templates that this account may run, with the filings that serve each.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/ask-templates, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_ASK_TEMPLATES, AskTemplate, query=given({"limit": limit, "cursor": cursor}), options=options
        )

    @overload
    async def runs(
        self,
        template_key: str,
        ticker: str,
        *,
        as_of: dt.datetime | None = None,
        compare_to: str | None = None,
        force: bool | None = None,
        period: str | None = None,
        provider: Literal["auto", "none"] | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    async def runs(
        self,
        template_key: str,
        ticker: str,
        *,
        as_of: dt.datetime | None = None,
        compare_to: str | None = None,
        force: bool | None = None,
        period: str | None = None,
        provider: Literal["auto", "none"] | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[TemplateRun]: ...
    async def runs(
        self,
        template_key: str,
        ticker: str,
        *,
        as_of: dt.datetime | None = None,
        compare_to: str | None = None,
        force: bool | None = None,
        period: str | None = None,
        provider: Literal["auto", "none"] | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[TemplateRun] | Reply[Quote]:
        """Run a template over what was known: a table whose figures are cited, and prose over the same evidence.

        Where little of what is indexed serves the template, nothing is run and charged unless `force` says so.

        `compare_to`: `prior_quarter`, `prior_year`, or a period. `period`: `Q3 2024`, `FY2024`, `last quarter`, a date.
        `ticker`: Ticker symbol or CIK. `dry_run`: Only say what it would cost at most; nothing is stored or charged.

        POST /v1/filings/ask-templates/{template_key}/runs, scope `filings:read`.
        """
        if dry_run:
            return await self._auspex.call(
                RUN_ASK_TEMPLATE,
                Quote,
                query={"dry_run": True},
                path={"template_key": template_key},
                body=given(
                    {
                        "as_of": as_of,
                        "compare_to": compare_to,
                        "force": force,
                        "period": period,
                        "provider": provider,
                        "ticker": ticker,
                    }
                ),
                options=options,
            )
        return await self._auspex.call(
            RUN_ASK_TEMPLATE,
            TemplateRun,
            path={"template_key": template_key},
            body=given(
                {
                    "as_of": as_of,
                    "compare_to": compare_to,
                    "force": force,
                    "period": period,
                    "provider": provider,
                    "ticker": ticker,
                }
            ),
            options=options,
        )
