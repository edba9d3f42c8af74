"""`client.filings.backfills`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal, overload

from auspex_client.calls import CallOptions, given
from auspex_client.model import Quote
from auspex_client.models.shared import Job
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_backfills import CREATE_FILING_BACKFILL, LIST_FILING_BACKFILLS


class AsyncFilingsBackfills(AsyncResource):
    """Operations of `filings.backfills`."""

    async def list(
        self, *, limit: int | None = None, cursor: str | None = None, options: CallOptions | None = None
    ) -> AsyncPage[Job]:
        """List this account's backfills, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/backfills, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_FILING_BACKFILLS, Job, query=given({"limit": limit, "cursor": cursor}), options=options
        )

    @overload
    async def create(
        self,
        tickers: Sequence[str],
        *,
        enrich: bool | None = None,
        forms: Sequence[str] | None = None,
        include_existing: bool | None = None,
        notify: bool | None = None,
        per_ticker_limit: int | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    async def create(
        self,
        tickers: Sequence[str],
        *,
        enrich: bool | None = None,
        forms: Sequence[str] | None = None,
        include_existing: bool | None = None,
        notify: bool | None = None,
        per_ticker_limit: int | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[Job]: ...
    async def create(
        self,
        tickers: Sequence[str],
        *,
        enrich: bool | None = None,
        forms: Sequence[str] | None = None,
        include_existing: bool | None = None,
        notify: bool | None = None,
        per_ticker_limit: int | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[Job] | Reply[Quote]:
        """Start a job that lists companies, and fetches, analyses and indexes what is missing.

        `notify`: Tell of the end as `backfill.finished`. `since`: Earliest filing date. `until`: Latest filing date.
        `dry_run`: Only say what it would cost at most; nothing is stored or charged.

        POST /v1/filings/backfills, scope `filings:write`.
        """
        if dry_run:
            return await self._auspex.call(
                CREATE_FILING_BACKFILL,
                Quote,
                query={"dry_run": True},
                body=given(
                    {
                        "enrich": enrich,
                        "forms": forms,
                        "include_existing": include_existing,
                        "notify": notify,
                        "per_ticker_limit": per_ticker_limit,
                        "since": since,
                        "tickers": tickers,
                        "until": until,
                    }
                ),
                options=options,
            )
        return await self._auspex.call(
            CREATE_FILING_BACKFILL,
            Job,
            body=given(
                {
                    "enrich": enrich,
                    "forms": forms,
                    "include_existing": include_existing,
                    "notify": notify,
                    "per_ticker_limit": per_ticker_limit,
                    "since": since,
                    "tickers": tickers,
                    "until": until,
                }
            ),
            options=options,
        )
