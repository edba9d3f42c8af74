"""Detect filings: compare a company's submissions with the store and take in what is missing (FILINGS 5, poll_scan).

A scheduled scan takes everything since the watermark less seven days, never only the newest, whatever its form (what is
not followed is stored as `skipped`); for a company that somebody began to watch it also takes the newest filing of each
followed form, so that there is something to compare with. A scan for a request takes the newest `limit` of the wanted
forms.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, connect, transaction
from auspex.core.faults import fault_point
from auspex.core.messages import wrap
from auspex.filings import filing_store
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_submissions import Submissions, SubmittedFiling
from auspex.filings.detect_filings import Sighting, detect_filings
from auspex.filings.followed_forms import followed_forms
from auspex.filings.messages import UNIT_KIND, ScanCompany, fetch_of
from auspex.filings.request_filings import Listing, header_of, request_filings, wait_for_filings
from auspex.filings.source_errors import NotModified
from auspex.filings.source_outcomes import edgar_outcomes
from auspex.filings.watchlist_reads import has_new_watch
from auspex.platform.consumer import Defer, Delivery
from auspex.platform.jobs import advance_unit

WATERMARK_OVERLAP_DAYS = 7
FIRST_SCAN_DAYS = 400
"""How much older than a company's newest filing the newest of another form may be, to be taken when a watch begins."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the stage reaches beyond Postgres."""

    edgar: EdgarClient
    clock: Clock


def scan_company(delivery: Delivery[ScanCompany], *, ports: Ports) -> None:
    """Detect a company's filings and send a fetch for each that is not stored."""
    body = delivery.body
    looked_at = ports.clock.now()  # a watch that begins from here on is of the next scan
    company = filing_store.find_company(connect(), body.cik)
    scheduled = body.limit is None
    watermark = company["watermark"] if company else None
    since = watermark - timedelta(days=WATERMARK_OVERLAP_DAYS) if watermark else None
    last = company["last_scan_at"] if company else None
    begins = scheduled and has_new_watch(connect(), cik=body.cik, since=last)
    try:
        with edgar_outcomes():
            etag = company["etag"] if company and scheduled and not begins else None
            submissions = ports.edgar.submissions(body.cik, etag=etag)
            wanted = _wanted(ports.edgar, submissions, body, since, begins=begins)
    except NotModified:
        with transaction() as connection:
            delivery.mark(connection, at=ports.clock.now())
            _resume(connection, delivery, since, ports.clock.now())
            filing_store.note_scan(connection, cik=body.cik, etag=None, watermark=None, at=looked_at)
        return
    except Defer as defer:
        advance_unit(
            connect(), kind=UNIT_KIND, unit_key=body.unit_key, stage="scan:waiting", progress=0,
            waiting_on=defer.waiting_on, at=ports.clock.now(),
        )  # fmt: skip
        raise
    fault_point("scan.listed")
    delivery.ensure_wanted()
    with transaction() as connection:
        if scheduled:
            _take_in(connection, delivery, submissions, wanted, ports.clock.now())
            newest = max((f.filing_date for f in submissions.filings if f.filing_date is not None), default=None)
            filing_store.note_scan(connection, cik=body.cik, etag=submissions.etag, watermark=newest, at=looked_at)
            _resume(connection, delivery, since, ports.clock.now())
        else:
            _store(connection, delivery, submissions, wanted, ports.clock.now())


def _wanted(
    edgar: EdgarClient, submissions: Submissions, body: ScanCompany, since: date | None, *, begins: bool
) -> list[SubmittedFiling]:
    forms = set(body.forms or followed_forms())
    if body.limit is not None:
        dated = (f for f in edgar.every_filing(submissions) if f.form in forms and f.filing_date is not None)
        return list(itertools.islice(dated, body.limit))
    dates = [f.filing_date for f in submissions.filings if f.form in forms and f.filing_date is not None]
    if since is None:
        if not dates:
            return []
        since = max(dates) - timedelta(days=WATERMARK_OVERLAP_DAYS)
    wanted = {f.accession: f for f in edgar.filings_since(submissions, since)}
    if begins and dates:
        oldest = max(dates) - timedelta(days=FIRST_SCAN_DAYS)
        recent = [f for f in submissions.filings if f.filing_date is not None and f.filing_date >= oldest]
        for form in sorted(forms):
            newest = max((f for f in recent if f.form == form), key=_age, default=None)
            if newest is not None:
                wanted[newest.accession] = newest
    return list(wanted.values())


def _age(filing: SubmittedFiling) -> tuple[date, str]:
    return filing.filing_date or date.min, filing.accession


def _take_in(
    connection: Connection, delivery: Delivery[ScanCompany], submissions: Submissions,
    wanted: list[SubmittedFiling], at: datetime,
) -> None:  # fmt: skip
    """Store, tell and have fetched what a scheduled scan found, in the caller's transaction."""
    delivery.mark(connection, at=at)
    filing_store.upsert_company(connection, submissions)
    cik = submissions.cik
    sightings = [Sighting(header_of(filing, cik), (cik,), sample=submissions.sample) for filing in wanted]
    detect_filings(connection, sightings, source="scan", cause=delivery.cause, at=at)


def _store(
    connection: Connection, delivery: Delivery[ScanCompany], submissions: Submissions,
    wanted: list[SubmittedFiling], at: datetime,
) -> None:  # fmt: skip
    """Store what a request asked for, with a fetch for what is new, and expand the job's unit: one transaction.

    The scan itself is not remembered: it looked at what was asked for alone, and the next scheduled one sees the rest.
    """
    body, cause = delivery.body, delivery.cause
    delivery.mark(connection, at=at)
    listing = Listing(submissions, tuple(wanted))
    request_filings(connection, listing, enrich=body.enrich, cause=cause, at=at)
    if cause.job_id is not None:
        fetches = listing.fetches(enrich=body.enrich)
        wait_for_filings(connection, placeholder=body.unit_key, fetches=fetches, cause=cause, at=at)


def _resume(connection: Connection, delivery: Delivery[ScanCompany], since: date | None, at: datetime) -> None:
    """Fetch what only cancelled jobs had asked for: the company is followed, so the filing is wanted all the same."""
    forms, cik = delivery.body.forms or followed_forms(), delivery.body.cik
    for accession in filing_store.resume_filings(connection, cik=cik, since=since, forms=forms, at=at):
        key = f"fetch:{accession}:{delivery.envelope.dedup_key}"
        fetch = fetch_of(accession, cik, enrich=delivery.body.enrich)
        outbox.enqueue(connection, wrap(fetch, dedup_key=key, cause=delivery.cause), at=at)
