"""The fast path: every minute the feed of latest filings, down to where the poll before had come (FILINGS 5).

The scan is the truth; what this misses, the scan brings within its round.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.config import Settings, read_settings
from auspex.core.database import connect, fetch_all, fetch_one, load_sql, transaction
from auspex.core.messages import Cause
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_feed import FeedEntry
from auspex.filings.detect_filings import Sighting, detect_filings
from auspex.filings.edgar_days import in_quiet_hours
from auspex.filings.model import FilingHeader
from auspex.filings.source_errors import BudgetWaitTooLong, SourcePaused, SourceUnavailable

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
    SourceUnavailable and SourceUnreadable for the first page; a later page that is refused is the feed's end.
    """
    if in_quiet_hours(at, read_settings(FeedSettings).feed_quiet_hours):
        return {"quiet": True}
    watched = {row["cik"]: row["sample"] for row in fetch_all(connect(), SQL["list_watched_companies"], {})}
    if not watched:
        return {"watched": 0}
    mark = fetch_one(connect(), SQL["read_mark"], {})
    until: datetime | None = mark["entry_updated_at"] if mark else None
    try:
        entries, pages, reached = _read(edgar, until)
    except (SourcePaused, BudgetWaitTooLong) as pause:
        return {"paused_seconds": round(pause.retry_after_seconds)}
    complete = reached or until is None or at - until > MARK_IS_LOST_AFTER
    sightings = _sightings(entries, watched)
    with transaction() as connection:
        detected = detect_filings(connection, sightings, source="feed", cause=Cause(), at=at)
        if entries and complete:
            newest = entries[0]
            connection.execute(
                SQL["move_mark"], {"updated_at": newest.accepted_at, "accession": newest.accession, "at": at}
            )
        else:
            connection.execute(SQL["note_poll"], {"at": at})
    return {
        "pages": pages, "entries": len(entries), "accessions": len({entry.accession for entry in entries}),
        "watched": len(sightings), "fetched": len(detected.fetched), "skipped": len(detected.skipped),
        "told": detected.told, "complete": complete,
    }  # fmt: skip


def _read(edgar: EdgarClient, until: datetime | None) -> tuple[list[FeedEntry], int, bool]:
    """Return new entries, the pages asked for, and whether everything since the mark is among them.

    Entries of the mark's own second are taken again: what came in later within that second stands beside them.
    """
    entries: list[FeedEntry] = []
    for page in range(PAGES_MAX):
        try:
            found = edgar.latest_filings(page)
        except SourceUnavailable:
            if page == 0:
                raise
            return entries, page + 1, False
        new = [entry for entry in found if until is None or entry.accepted_at >= until]
        entries += new
        if len(new) < len(found) or not found:
            return entries, page + 1, True
    return entries, PAGES_MAX, False


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
