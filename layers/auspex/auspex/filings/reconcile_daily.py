"""Yesterday's master index against the store, and every day before it that is still to be read (FILINGS 5).

A day is done when its index was read, or when EDGAR publishes none (weekend, holiday). Any other day stays due, the
days after it are read all the same, and the run fails with the reason; nothing is ever skipped in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.database import connect, fetch_all, fetch_one, load_sql, transaction
from auspex.core.limits import INDEX_DAYS_PER_RUN_MAX, INDEX_DAYS_TRIED_MAX
from auspex.core.messages import Cause
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_daily_index import IndexRow
from auspex.filings.detect_filings import Sighting, detect_filings
from auspex.filings.edgar_days import is_closed, new_york_day
from auspex.filings.model import FilingHeader
from auspex.filings.source_errors import (
    BudgetWaitTooLong,
    NotFoundAtSource,
    NotRecorded,
    SourcePaused,
    SourceUnavailable,
    SourceUnreadable,
)
from auspex.filings.watchlist_reads import list_watched_companies

SQL = load_sql(Path(__file__).with_suffix(".sql"))
_REASON_CHARACTERS_MAX = 500


class IndexNotReadError(RuntimeError):
    """An index of a day is absent or cannot be read; the day is tried again by the next run."""


@dataclass(slots=True)
class _Run:
    """What a run did so far."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: dict[date, str] = field(default_factory=dict)


def reconcile_daily(at: datetime, *, edgar: EdgarClient) -> dict[str, Any]:
    """Read every index that is due up to yesterday (New York), and take in what of watched companies was missing.

    Raises IndexNotReadError after all others when a day's index is absent or unreadable.
    """
    watched = list_watched_companies(connect())
    run = _Run()
    due = _due_days(new_york_day(at) - timedelta(days=1))
    for day in due:
        try:
            rows = edgar.daily_index(day)
        except (NotFoundAtSource, NotRecorded) as error:
            _note_absent(run, day, f"absent: {error}", at)
        except (SourceUnreadable, SourceUnavailable, SourcePaused, BudgetWaitTooLong) as error:
            _note_failed(run, day, f"{type(error).__name__}: {error}", at)
        else:
            _reconcile(run, day, [row for row in rows if row.cik in watched], watched, at)
    if run.failed:
        reasons = "; ".join(f"{day}: {reason}" for day, reason in run.failed.items())
        raise IndexNotReadError(f"{reasons} ({run.counts['days_read']} other days read)")
    return {"days": len(due), **run.counts}


def _due_days(yesterday: date) -> list[date]:
    """Return the days that no run has done, new ones before those tried; the first run ever begins with yesterday."""
    known = fetch_one(connect(), SQL["read_newest_day"], {})
    newest = known["day"] if known and known["day"] else yesterday - timedelta(days=1)
    waiting = [row["day"] for row in fetch_all(connect(), SQL["list_waiting_days"], {})]
    new = [newest + timedelta(days=n) for n in range(1, (yesterday - newest).days + 1)]
    return sorted([*new, *waiting][:INDEX_DAYS_PER_RUN_MAX])


def _reconcile(run: _Run, day: date, rows: Sequence[IndexRow], watched: dict[int, bool], at: datetime) -> None:
    """Record what a day's index holds of watched companies and take in what is missing: one transaction a day."""
    by_accession: dict[str, list[IndexRow]] = {}
    for row in rows:
        by_accession.setdefault(row.accession, []).append(row)
    sightings = [_sighting(named, watched) for named in by_accession.values()]
    with transaction() as connection:
        detected = detect_filings(connection, sightings, source="daily", cause=Cause(), at=at)
        late = {*detected.fetched, *detected.skipped}
        headers = [sighting.header for sighting in sightings]
        connection.execute(
            SQL["insert_index_entries"],
            {
                "accessions": [h.accession for h in headers], "ciks": [h.cik for h in headers],
                "forms": [h.form for h in headers], "filing_dates": [h.filing_date for h in headers],
                "missing": [h.accession in late for h in headers], "at": at,
            },
        )  # fmt: skip
        note = {"day": day, "outcome": "read", "reason": None, "entries": len(headers), "missing": len(late), "at": at}
        connection.execute(SQL["note_day"], note)
    run.counts.update(
        days_read=1, entries=len(headers), missing=len(late), fetched=len(detected.fetched), told=detected.told
    )


def _note_absent(run: _Run, day: date, reason: str, at: datetime) -> None:
    """EDGAR has no index of this day: as it should be, or too late, or for good."""
    if not is_closed(day):
        _note_failed(run, day, reason, at)
        return
    with transaction() as connection:
        note = {"day": day, "outcome": "closed", "reason": None, "entries": 0, "missing": 0, "at": at}
        connection.execute(SQL["note_day"], note)
    run.counts["days_closed"] += 1


def _note_failed(run: _Run, day: date, reason: str, at: datetime) -> None:
    given_up = (new_york_day(at) - day).days > INDEX_DAYS_TRIED_MAX
    note = {
        "day": day, "outcome": "given_up" if given_up else "waiting", "reason": reason[:_REASON_CHARACTERS_MAX],
        "entries": 0, "missing": 0, "at": at,
    }  # fmt: skip
    with transaction() as connection:
        connection.execute(SQL["note_day"], note)
    run.failed[day] = f"{reason[:200]}{'; given up' if given_up else ''}"


def _sighting(named: Sequence[IndexRow], watched: dict[int, bool]) -> Sighting:
    first = min(named, key=lambda row: row.cik)
    header = FilingHeader(
        accession=first.accession, cik=first.cik, form=first.form, items=(), filing_date=first.filing_date,
        report_date=None, accepted_at=None, primary_document="",
    )  # fmt: skip
    return Sighting(header, tuple(sorted({row.cik for row in named})), sample=watched[first.cik])
