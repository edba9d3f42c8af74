"""`client.filings.accessions`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.filings_accessions import Filing, FilingDetail, Replay
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource
from auspex_client.resources.filings_accessions_sections import FilingsAccessionsSections

if TYPE_CHECKING:
    from auspex_client.client import Auspex


LIST_ACCESSIONS = Operation("list_accessions", "GET", "/v1/filings/accessions")
SHOW_ACCESSION = Operation("show_accession", "GET", "/v1/filings/accessions/{accession}")
REPLAY_FILING = Operation("replay_filing", "POST", "/v1/filings/accessions/{accession}/replays")


class FilingsAccessions(Resource):
    """Operations of `filings.accessions`."""

    def __init__(self, auspex: Auspex) -> None:
        super().__init__(auspex)
        self.sections = FilingsAccessionsSections(auspex)

    def list(
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
    ) -> Page[Filing]:
        """List stored filings, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters. `watched_only`: Companies
        on this account's watchlist.

        GET /v1/filings/accessions, scope `filings:read`.
        """
        return self._auspex.page(
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

    def show(self, accession: str, *, options: CallOptions | None = None) -> Reply[FilingDetail]:
        """Show a filing with documents, summary, history, lags and cost.

        `accession`: Accession number, dashed or not.

        GET /v1/filings/accessions/{accession}, scope `filings:read`.
        """
        return self._auspex.call(SHOW_ACCESSION, FilingDetail, path={"accession": accession}, options=options)

    def replays(
        self, accession: str, mode: Literal["auto", "analysis", "index"], *, options: CallOptions | None = None
    ) -> Reply[Replay]:
        """Begin a replay; it is never charged.

        `accession`: Accession number, dashed or not.

        POST /v1/filings/accessions/{accession}/replays, scope `admin`.
        """
        return self._auspex.call(
            REPLAY_FILING, Replay, path={"accession": accession}, body=given({"mode": mode}), options=options
        )
