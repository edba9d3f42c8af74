"""The fast path: every minute the feed of latest filings, down to where the poll before had come (FILINGS 5).

The scan is the truth; what this misses, the scan brings within its round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.config import Settings, read_settings
from auspex.core.database import connect, fetch_one, load_sql, transaction
from auspex.core.messages import Cause
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_feed import FeedEntry
from auspex.filings.detect_filings import Sighting, detect_filings
from auspex.filings.edgar_days import in_quiet_hours
from auspex.filings.model import FilingHeader
from auspex.filings.source_errors import BudgetWaitTooLong, SourcePaused, SourceUnavailable
from auspex.filings.watchlist_reads import list_watched_companies

SQL = load_sql(Path(__file__).with_suffix(".sql"))
PAGES_MAX = 80
MARK_IS_LOST_AFTER = timedelta(hours=24)
"""The feed holds about a day: a mark older than this is no longer in it, and its end is the end."""
_ROLES = ("Filer", "Issuer", "Subject")


class FeedSettings(Settings):
    """When the feed is left alone, New York time as `22:30-05:30`; `never`: at no time."""

    feed_quiet_hours: str = "22:30-05:30"


def poll_feed(at: datetime, *, edgar: EdgarClient) -> dict[str, Any]:
    """Read the feed's new pages, take in what is of watched companies, and move the mark.

    Nothing is asked in the quiet hours, while nobody watches anything, or while EDGAR pauses us. Raises
    SourceUnavailable and SourceUnreadable for the first page; a later page that is refused is the feed's end. A pause
    while later pages are read keeps what was read, and leaves the mark for the next poll to come down to.
    """
    if in_quiet_hours(at, read_settings(FeedSettings).feed_quiet_hours):
        return {"quiet": True}
    watched = list_watched_companies(connect())
    if not watched:
        return {"watched": 0}
    mark = fetch_one(connect(), SQL["read_mark"], {})
    until: datetime | None = mark["entry_updated_at"] if mark else None
    read = _read(edgar, until)
    paused = {} if read.paused_seconds is None else {"paused_seconds": round(read.paused_seconds)}
    if paused and not read.pages:
        return paused
    entries = read.entries
    lost = until is None or at - until > MARK_IS_LOST_AFTER
    complete = read.reached or (lost and not paused)
    sightings = _sightings(entries, watched)
    with transaction() as connection:
        detected = detect_filings(connection, sightings, source="feed", cause=Cause(), at=at)
        if entries and complete:
            connection.execute(SQL["move_mark"], {"updated_at": entries[0].accepted_at, "at": at})
        else:
            connection.execute(SQL["note_poll"], {"at": at})
    return {
        "pages": read.pages, "entries": len(entries), "accessions": len({entry.accession for entry in entries}),
        "watched": len(sightings), "fetched": len(detected.fetched), "skipped": len(detected.skipped),
        "told": detected.told, "complete": complete,
    } | paused  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Reading:
    """New entries, the pages that were answered or refused, and whether everything since the mark is among them."""

    entries: list[FeedEntry]
    pages: int
    reached: bool = False
    paused_seconds: float | None = None


def _read(edgar: EdgarClient, until: datetime | None) -> _Reading:
    """Read the feed down to the mark, to its end, or to a pause.

    Entries of the mark's own second are taken again: what came in later within that second stands beside them.
    """
    entries: list[FeedEntry] = []
    for page in range(PAGES_MAX):
        try:
            found = edgar.latest_filings(page)
        except SourceUnavailable:
            if page == 0:
                raise
            return _Reading(entries, page + 1)
        except (SourcePaused, BudgetWaitTooLong) as pause:
            return _Reading(entries, page, paused_seconds=pause.retry_after_seconds)
        new = [entry for entry in found if until is None or entry.accepted_at >= until]
        entries += new
        if len(new) < len(found) or not found:
            return _Reading(entries, page + 1, reached=True)
    return _Reading(entries, PAGES_MAX)


def _sightings(entries: Sequence[FeedEntry], watched: dict[int, bool]) -> list[Sighting]:
    """Return each accession once that names a watched company in any role."""
    by_accession: dict[str, list[FeedEntry]] = {}
    for entry in entries:
        by_accession.setdefault(entry.accession, []).append(entry)
    found = []
    for roles in by_accession.values():
        ours = sorted((e for e in roles if e.cik in watched), key=lambda e: (e.role not in _ROLES, e.cik))
        if ours:
            ciks = tuple(dict.fromkeys(entry.cik for entry in ours))
            found.append(Sighting(_header(ours[0]), ciks, sample=watched[ciks[0]]))
    return found


def _header(entry: FeedEntry) -> FilingHeader:
    return FilingHeader(
        accession=entry.accession, cik=entry.cik, form=entry.form, items=entry.items, filing_date=entry.filing_date,
        report_date=None, accepted_at=entry.accepted_at, primary_document="",
    )  # fmt: skip
