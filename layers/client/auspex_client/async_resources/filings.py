"""`client.filings`, awaited.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, overload

from auspex_client.async_resources.filings_accessions import AsyncFilingsAccessions
from auspex_client.async_resources.filings_ask_template_runs import AsyncFilingsAskTemplateRuns
from auspex_client.async_resources.filings_ask_templates import AsyncFilingsAskTemplates
from auspex_client.async_resources.filings_asks import AsyncFilingsAsks
from auspex_client.async_resources.filings_backfills import AsyncFilingsBackfills
from auspex_client.async_resources.filings_companies import AsyncFilingsCompanies
from auspex_client.async_resources.filings_coverage import AsyncFilingsCoverage
from auspex_client.async_resources.filings_evaluations import AsyncFilingsEvaluations
from auspex_client.async_resources.filings_guidance import AsyncFilingsGuidance
from auspex_client.async_resources.filings_ingestions import AsyncFilingsIngestions
from auspex_client.async_resources.filings_kpis import AsyncFilingsKpis
from auspex_client.async_resources.filings_ops import AsyncFilingsOps
from auspex_client.async_resources.filings_watchlist import AsyncFilingsWatchlist
from auspex_client.calls import CallOptions, given
from auspex_client.model import Quote
from auspex_client.models.filings import AccessionItem, Search, TickerItem, Verification, Weights
from auspex_client.models.shared import Ask, Job
from auspex_client.replies import Reply
from auspex_client.resource import AsyncResource
from auspex_client.resources.filings import (
    ASK_FILINGS,
    CREATE_FILING_INGESTION,
    SEARCH_FILING_CHUNKS,
    VERIFY_FILING_CITATION,
)

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex


class AsyncFilings(AsyncResource):
    """Operations of `filings`."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        super().__init__(auspex)
        self.accessions = AsyncFilingsAccessions(auspex)
        self.ask_template_runs = AsyncFilingsAskTemplateRuns(auspex)
        self.ask_templates = AsyncFilingsAskTemplates(auspex)
        self.asks = AsyncFilingsAsks(auspex)
        self.backfills = AsyncFilingsBackfills(auspex)
        self.companies = AsyncFilingsCompanies(auspex)
        self.coverage = AsyncFilingsCoverage(auspex)
        self.evaluations = AsyncFilingsEvaluations(auspex)
        self.guidance = AsyncFilingsGuidance(auspex)
        self.ingestions = AsyncFilingsIngestions(auspex)
        self.kpis = AsyncFilingsKpis(auspex)
        self.ops = AsyncFilingsOps(auspex)
        self.watchlist = AsyncFilingsWatchlist(auspex)

    @overload
    async def ask(
        self,
        question: str,
        *,
        as_of: dt.datetime | None = None,
        provider: Literal["auto", "none"] | None = None,
        tickers: Sequence[str] | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    async def ask(
        self,
        question: str,
        *,
        as_of: dt.datetime | None = None,
        provider: Literal["auto", "none"] | None = None,
        tickers: Sequence[str] | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[Ask]: ...
    async def ask(
        self,
        question: str,
        *,
        as_of: dt.datetime | None = None,
        provider: Literal["auto", "none"] | None = None,
        tickers: Sequence[str] | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[Ask] | Reply[Quote]:
        """Answer by stored figures, by a shown formula, or by verbatim sentences; refuse without evidence.

        With `provider: auto` a configured provider writes the answer over the same evidence. It is served only when
        each quote and figure is proven within 24 s; else the core's answer is, with `fallback_from`.

        `dry_run`: Only say what it would cost at most; nothing is stored or charged.

        POST /v1/filings/asks, scope `filings:read`.
        """
        if dry_run:
            return await self._auspex.call(
                ASK_FILINGS,
                Quote,
                query={"dry_run": True},
                body=given({"as_of": as_of, "provider": provider, "question": question, "tickers": tickers}),
                options=options,
            )
        return await self._auspex.call(
            ASK_FILINGS,
            Ask,
            body=given({"as_of": as_of, "provider": provider, "question": question, "tickers": tickers}),
            options=options,
        )

    async def verify_citation(
        self,
        *,
        accession: str,
        end: int,
        quote: str,
        section_key: str,
        start: int,
        document: str | None = None,
        text_sha256: str | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Verification]:
        """Compare a quote with the stored text at its offsets.

        `accession`: Accession number, dashed or not.

        POST /v1/filings/citations/verifications, scope `filings:read`.
        """
        return await self._auspex.call(
            VERIFY_FILING_CITATION,
            Verification,
            body=given(
                {
                    "accession": accession,
                    "document": document,
                    "end": end,
                    "quote": quote,
                    "section_key": section_key,
                    "start": start,
                    "text_sha256": text_sha256,
                }
            ),
            options=options,
        )

    @overload
    async def ingest(
        self,
        *,
        accessions: Sequence[AccessionItem] | None = None,
        enrich: bool | None = None,
        forms: Sequence[str] | None = None,
        tickers: Sequence[TickerItem] | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    async def ingest(
        self,
        *,
        accessions: Sequence[AccessionItem] | None = None,
        enrich: bool | None = None,
        forms: Sequence[str] | None = None,
        tickers: Sequence[TickerItem] | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[Job]: ...
    async def ingest(
        self,
        *,
        accessions: Sequence[AccessionItem] | None = None,
        enrich: bool | None = None,
        forms: Sequence[str] | None = None,
        tickers: Sequence[TickerItem] | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[Job] | Reply[Quote]:
        """Start a job that fetches, analyses and indexes filings.

        `dry_run`: Only say what it would cost at most; nothing is stored or charged.

        POST /v1/filings/ingestions, scope `filings:write`.
        """
        if dry_run:
            return await self._auspex.call(
                CREATE_FILING_INGESTION,
                Quote,
                query={"dry_run": True},
                body=given({"accessions": accessions, "enrich": enrich, "forms": forms, "tickers": tickers}),
                options=options,
            )
        return await self._auspex.call(
            CREATE_FILING_INGESTION,
            Job,
            body=given({"accessions": accessions, "enrich": enrich, "forms": forms, "tickers": tickers}),
            options=options,
        )

    @overload
    async def search(
        self,
        query: str,
        *,
        as_of: dt.datetime | None = None,
        candidates: int | None = None,
        forms: Sequence[str] | None = None,
        include_superseded: bool | None = None,
        kinds: Sequence[Literal["text", "table", "kpi", "guidance", "summary"]] | None = None,
        period_from: dt.date | None = None,
        period_to: dt.date | None = None,
        tickers: Sequence[str] | None = None,
        top_k: int | None = None,
        weights: Weights | None = None,
        dry_run: Literal[True],
        options: CallOptions | None = None,
    ) -> Reply[Quote]: ...
    @overload
    async def search(
        self,
        query: str,
        *,
        as_of: dt.datetime | None = None,
        candidates: int | None = None,
        forms: Sequence[str] | None = None,
        include_superseded: bool | None = None,
        kinds: Sequence[Literal["text", "table", "kpi", "guidance", "summary"]] | None = None,
        period_from: dt.date | None = None,
        period_to: dt.date | None = None,
        tickers: Sequence[str] | None = None,
        top_k: int | None = None,
        weights: Weights | None = None,
        dry_run: Literal[False] = False,
        options: CallOptions | None = None,
    ) -> Reply[Search]: ...
    async def search(
        self,
        query: str,
        *,
        as_of: dt.datetime | None = None,
        candidates: int | None = None,
        forms: Sequence[str] | None = None,
        include_superseded: bool | None = None,
        kinds: Sequence[Literal["text", "table", "kpi", "guidance", "summary"]] | None = None,
        period_from: dt.date | None = None,
        period_to: dt.date | None = None,
        tickers: Sequence[str] | None = None,
        top_k: int | None = None,
        weights: Weights | None = None,
        dry_run: bool = False,
        options: CallOptions | None = None,
    ) -> Reply[Search] | Reply[Quote]:
        """Find passages by words and by meaning, fused by reciprocal rank.

        `dry_run`: Only say what it would cost at most; nothing is stored or charged.

        POST /v1/filings/searches, scope `filings:read`.
        """
        if dry_run:
            return await self._auspex.call(
                SEARCH_FILING_CHUNKS,
                Quote,
                query={"dry_run": True},
                body=given(
                    {
                        "as_of": as_of,
                        "candidates": candidates,
                        "forms": forms,
                        "include_superseded": include_superseded,
                        "kinds": kinds,
                        "period_from": period_from,
                        "period_to": period_to,
                        "query": query,
                        "tickers": tickers,
                        "top_k": top_k,
                        "weights": weights,
                    }
                ),
                options=options,
            )
        return await self._auspex.call(
            SEARCH_FILING_CHUNKS,
            Search,
            body=given(
                {
                    "as_of": as_of,
                    "candidates": candidates,
                    "forms": forms,
                    "include_superseded": include_superseded,
                    "kinds": kinds,
                    "period_from": period_from,
                    "period_to": period_to,
                    "query": query,
                    "tickers": tickers,
                    "top_k": top_k,
                    "weights": weights,
                }
            ),
            options=options,
        )
