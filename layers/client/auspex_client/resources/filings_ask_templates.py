"""`client.filings.ask_templates`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, overload

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.model import Quote
from auspex_client.models.filings_ask_templates import AskTemplate
from auspex_client.models.shared import TemplateRun
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_ASK_TEMPLATES = Operation("list_ask_templates", "GET", "/v1/filings/ask-templates")
RUN_ASK_TEMPLATE = Operation("run_ask_template", "POST", "/v1/filings/ask-templates/{template_key}/runs")


class FilingsAskTemplates(Resource):
    """Operations of `filings.ask_templates`."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> Page[AskTemplate]:
        """List the templates that this account may run, with the filings that serve each.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/ask-templates, scope `filings:read`.
        """
        return self._auspex.page(
            LIST_ASK_TEMPLATES, AskTemplate, query=given({"limit": limit, "cursor": cursor}), options=options
        )

    @overload
    def runs(
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
    def runs(
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
    def runs(
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
            return self._auspex.call(
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
        return self._auspex.call(
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
