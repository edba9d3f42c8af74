"""EDGAR as Auspex asks it: companies, their submissions, facts, filing indexes and documents (FILINGS 7.2, 8)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from auspex.core.limits import DOCUMENT_BYTES_MAX
from auspex.filings.adapters.edgar_budget import EdgarBudget
from auspex.filings.adapters.edgar_daily_index import IndexRow, daily_index_path, parse_daily_index
from auspex.filings.adapters.edgar_feed import ENTRIES_PER_PAGE, FeedEntry, parse_feed
from auspex.filings.adapters.edgar_index import ACCESSION, FilingIndex, parse_filing_index
from auspex.filings.adapters.edgar_submissions import (
    OlderPage,
    Submissions,
    SubmittedFiling,
    load_object,
    parse_older_filings,
    parse_submissions,
)
from auspex.filings.adapters.edgar_transport import EdgarSettings, EdgarTransport, Reply
from auspex.filings.source_errors import NotFoundAtSource, NotYetPublished, SourceUnreadable

NOT_YET_PUBLISHED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ListedCompany:
    """One row of EDGAR's ticker file; a company with several share classes has several."""

    cik: int
    ticker: str
    name: str


class EdgarClient:
    """Read EDGAR. Every method may raise the exceptions of `source_errors`; addresses come from the settings."""

    def __init__(
        self,
        settings: EdgarSettings,
        budget: EdgarBudget,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        body_bytes_max: int = DOCUMENT_BYTES_MAX,
    ) -> None:
        self._transport = EdgarTransport(settings, budget, sleep=sleep, jitter=jitter, body_bytes_max=body_bytes_max)
        self._www = settings.edgar_www_url.rstrip("/")
        self._data = settings.edgar_data_url.rstrip("/")

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._transport.close()

    def company_tickers(self, *, etag: str | None = None) -> tuple[ListedCompany, ...]:
        """Return every listed company in EDGAR's order (largest first). With `etag`, NotModified is possible."""
        reply = self._transport.fetch(f"{self._www}/files/company_tickers.json", etag=etag)
        try:
            return tuple(
                ListedCompany(cik=int(row["cik_str"]), ticker=str(row["ticker"]), name=str(row["title"]))
                for row in load_object(reply.body, "the ticker file").values()
                if isinstance(row, dict)
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SourceUnreadable(f"the ticker file is not as expected: {error!r}") from error

    def submissions(self, cik: int, *, etag: str | None = None) -> Submissions:
        """Return a company and its recent filings, newest first. With `etag`, NotModified is possible."""
        reply = self._transport.fetch(f"{self._data}/submissions/CIK{cik:010d}.json", etag=etag)
        found = parse_submissions(reply.body, etag=reply.etag)
        if found.cik != cik:
            raise SourceUnreadable(f"the submissions of CIK {cik} name CIK {found.cik}")
        return found

    def older_filings(self, page: OlderPage) -> tuple[SubmittedFiling, ...]:
        """Return the filings of one further page of a company's submissions."""
        return parse_older_filings(self._transport.fetch(f"{self._data}/submissions/{page.name}").body)

    def every_filing(
        self, found: Submissions, *, since: date | None = None, until: date | None = None
    ) -> Iterator[SubmittedFiling]:
        """Yield a company's filings, newest page first; an older page is fetched when it is reached.

        Pages that lie outside of `since` to `until` are left out; filings of the others are not filtered.
        """
        yield from found.filings
        for page in found.older:
            if (since is None or page.filed_to >= since) and (until is None or page.filed_from <= until):
                yield from self.older_filings(page)

    def filings_since(self, found: Submissions, since: date) -> tuple[SubmittedFiling, ...]:
        """Return every filing filed on `since` or later; older pages are fetched only where they reach that far."""
        older = (page for page in found.older if page.filed_to >= since)
        rows = (*found.filings, *(filing for page in older for filing in self.older_filings(page)))
        return tuple(filing for filing in rows if filing.filing_date is not None and filing.filing_date >= since)

    def latest_filings(self, page: int) -> tuple[FeedEntry, ...]:
        """Return one page of the feed of latest filings, newest first, page 0 first; past the end there are none.

        EDGAR answers 503 past the end, so a page is asked for once: the next poll is its retry.
        """
        query = f"action=getcurrent&count={ENTRIES_PER_PAGE}&start={page * ENTRIES_PER_PAGE}&owner=include&output=atom"
        return parse_feed(self._transport.fetch(f"{self._www}/cgi-bin/browse-edgar?{query}", patient=False).body)

    def daily_index(self, day: date) -> tuple[IndexRow, ...]:
        """Return what EDGAR disseminated on a day. NotFoundAtSource: EDGAR has published no index of it."""
        return parse_daily_index(self._transport.fetch(f"{self._www}{daily_index_path(day)}").body)

    def companyfacts(self, cik: int) -> dict[str, Any]:
        """Return all XBRL facts of a company as EDGAR's JSON: facts by taxonomy, concept and unit."""
        url = f"{self._data}/api/xbrl/companyfacts/CIK{cik:010d}.json"
        return load_object(self._transport.fetch(url).body, "companyfacts")

    def filing_index(self, cik: int, accession: str, *, fresh: bool = False) -> FilingIndex:
        """Return the documents of a filing; `accession` with dashes. An absent `fresh` one is NotYetPublished.

        Raises ValueError for a malformed accession.
        """
        url = f"{self._folder(cik, accession)}/{accession}-index.html"
        return parse_filing_index(self._fetch(url, fresh=fresh).body, accession)

    def document(self, url: str, *, fresh: bool = False) -> bytes:
        """Return a document's raw bytes; `url` is a path on EDGAR (`IndexDocument.url`) or its whole address."""
        return self._fetch(self.absolute(url), fresh=fresh).body

    def full_submission(self, cik: int, accession: str, *, fresh: bool = False) -> bytes:
        """Return the complete submission text file: the header and every document in one."""
        return self._fetch(f"{self._folder(cik, accession)}/{accession}.txt", fresh=fresh).body

    def absolute(self, url: str) -> str:
        """Return the address of a path on EDGAR; an absolute address stays as it is."""
        return f"{self._www}{url}" if url.startswith("/") else url

    def _folder(self, cik: int, accession: str) -> str:
        if not ACCESSION.fullmatch(accession):
            raise ValueError(f"{accession!r} is no accession number")
        return f"{self._www}/Archives/edgar/data/{cik}/{accession.replace('-', '')}"

    def _fetch(self, url: str, *, fresh: bool) -> Reply:
        try:
            return self._transport.fetch(url)
        except NotFoundAtSource as error:
            if fresh:
                raise NotYetPublished(str(error), NOT_YET_PUBLISHED_SECONDS) from error
            raise
