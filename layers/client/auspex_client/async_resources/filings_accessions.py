"""`client.filings.accessions`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from auspex_client.async_resources.filings_accessions_sections import AsyncFilingsAccessionsSections
from auspex_client.calls import CallOptions, given
from auspex_client.models.filings_accessions import Filing, FilingDetail, Replay
from auspex_client.replies import AsyncPage, Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings_accessions import LIST_ACCESSIONS, REPLAY_FILING, SHOW_ACCESSION

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncFilingsAccessions(AsyncResource):
    """Operations of `filings.accessions`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.sections = AsyncFilingsAccessionsSections(auspex)

    async def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        ticker: str | None = None,
        cik: int | None = None,
        form: str | None = None,
        item: str | None = None,
        status: Literal["detected", "fetched", "analyzed", "indexed", "skipped", "dead_letter"] | None = None,
        filed_from: dt.date | None = None,
        filed_to: dt.date | None = None,
        watched_only: bool | None = None,
        options: CallOptions | None = None,
    ) -> AsyncPage[Filing]:
        """List stored filings, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `watched_only`: Companies
        on this account's watchlist.

        GET /v1/filings/accessions, scope `filings:read`.
        """
        return await self._auspex.page(
            LIST_ACCESSIONS,
            Filing,
            query=given(
                {
                    "limit": limit,
                    "cursor": cursor,
                    "ticker": ticker,
                    "cik": cik,
                    "form": form,
                    "item": item,
                    "status": status,
                    "filed_from": filed_from,
                    "filed_to": filed_to,
                    "watched_only": watched_only,
                }
            ),
            options=options,
        )

    async def show(self, accession: str, *, options: CallOptions | None = None) -> Reply[FilingDetail]:
        """Show a filing with documents, summary, history, lags and cost.

        `accession`: Accession number, dashed or not.

        GET /v1/filings/accessions/{accession}, scope `filings:read`.
        """
        return await self._auspex.call(SHOW_ACCESSION, FilingDetail, path={"accession": accession}, options=options)

    async def replays(
        self, accession: str, mode: Literal["auto", "analysis", "index"], *, options: CallOptions | None = None
    ) -> Reply[Replay]:
        """Begin a replay; it is never charged.

        `accession`: Accession number, dashed or not.

        POST /v1/filings/accessions/{accession}/replays, scope `admin`.
        """
        return await self._auspex.call(
            REPLAY_FILING, Replay, path={"accession": accession}, body=given({"mode": mode}), options=options
        )
