"""Take in filings that a request asks for by company: store, fetch what is new, and have its job wait for them.

Ingestions and backfills share it. What nobody asked for, and what watchers are told, is the watch's (`detect_filings`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auspex.core import outbox
from auspex.core.database import Connection, fetch_all, load_sql
from auspex.core.messages import Cause, UnitCommand, wrap
from auspex.filings import filing_store
from auspex.filings.messages import UNIT_KIND, FetchFiling, fetch_of
from auspex.filings.model import FilingHeader
from auspex.filings.prices import filing_price
from auspex.platform.jobs import expand_unit, note_unit_starts, succeed_unit

if TYPE_CHECKING:  # its reader needs lxml, which no endpoint carries
    from auspex.filings.adapters.edgar_submissions import Submissions, SubmittedFiling

SQL = load_sql(Path(__file__).with_name("ingestion_store.sql"))


@dataclass(frozen=True, slots=True)
class Listing:
    """A company's submissions, and those of its filings that are wanted."""

    submissions: Submissions
    wanted: tuple[SubmittedFiling, ...]

    def fetches(self, *, enrich: bool) -> list[FetchFiling]:
        """Return the command that begins each wanted filing."""
        return [fetch_of(filing.accession, self.submissions.cik, enrich=enrich) for filing in self.wanted]


def request_filings(connection: Connection, listing: Listing, *, enrich: bool, cause: Cause, at: datetime) -> None:
    """Store a company and its wanted filings, with a fetch for each that is new."""
    filing_store.upsert_company(connection, listing.submissions)
    new = [
        filing.accession
        for filing in sorted(listing.wanted, key=lambda filing: filing.accession)  # one order for all writers
        if filing_store.insert_filing(
            connection, header_of(filing, listing.submissions.cik), source="request", at=at,
            sample=listing.submissions.sample,
        )
    ]  # fmt: skip
    for accession in new:
        send_fetch(connection, accession, listing.submissions.cik, enrich=enrich, cause=cause, at=at)


def send_fetch(
    connection: Connection, accession: str, cik: int, *, enrich: bool = False, cause: Cause, at: datetime
) -> None:
    """Have a filing fetched that the caller's transaction just stored."""
    fetch = fetch_of(accession, cik, enrich=enrich)
    outbox.enqueue(connection, wrap(fetch, dedup_key=f"fetch:{accession}:detected", cause=cause), at=at)


def wait_for_filings(
    connection: Connection,
    *,
    placeholder: str,
    fetches: Sequence[FetchFiling],
    cause: Cause,
    at: datetime,
    further: Sequence[UnitCommand] = (),
    with_stored: bool = True,
) -> None:
    """Turn a job's placeholder into the filings it found, and into `further` units that are yet to be worked on.

    What is indexed already ends its unit at once and costs nothing, or is left out without `with_stored`; what died or
    was set aside is begun again; what is under way is waited for. Nothing happens to a job that is over, or where a
    message sent by hand names none.
    """
    job_id = cause.job_id
    if job_id is None:
        return
    rows = fetch_all(connection, SQL["lock_filings_shared"], {"accessions": [fetch.accession for fetch in fetches]})
    status = {str(row["accession"]): str(row["status"]) for row in rows}
    wanted = [fetch for fetch in fetches if with_stored or status.get(fetch.accession) != "indexed"]
    starts = [*wanted, *further]
    prices = {f.accession: filing_price(enrich=f.enrich) for f in wanted if status.get(f.accession) != "indexed"}
    units = [start.unit_key for start in starts]
    expand_unit(connection, job_id=job_id, unit_key=placeholder, units=units, prices=prices, at=at)
    note_unit_starts(connection, job_id=job_id, starts=starts)
    for fetch in wanted:
        if status.get(fetch.accession) == "indexed":
            result = {"accession": fetch.accession, "status": "indexed", "already_stored": True}
            succeed_unit(connection, kind=UNIT_KIND, unit_key=fetch.unit_key, result=result, at=at)
        elif status.get(fetch.accession) in {"skipped", "dead_letter"}:
            key = f"fetch:{fetch.accession}:{job_id}"
            outbox.enqueue(connection, wrap(fetch, dedup_key=key, cause=cause), at=at)


def header_of(filing: SubmittedFiling, cik: int) -> FilingHeader:
    """Return what a company's submissions state of a filing, which has a date."""
    assert filing.filing_date is not None  # callers choose dated ones alone
    return FilingHeader(
        accession=filing.accession, cik=cik, form=filing.form, items=filing.items, filing_date=filing.filing_date,
        report_date=filing.report_date, accepted_at=filing.accepted_at, primary_document=filing.primary_document,
        inline_xbrl=filing.inline_xbrl,
    )  # fmt: skip
