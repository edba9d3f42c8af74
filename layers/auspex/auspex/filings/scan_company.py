"""Detect filings: compare a company's submissions with the store and fetch what is missing (FILINGS 5, poll_scan).

A scheduled scan takes all new filings since the watermark less seven days, never only the newest; a scan for a request
takes the newest `limit` of the wanted forms.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, connect, fetch_all, transaction
from auspex.core.faults import fault_point
from auspex.core.messages import wrap
from auspex.filings import filing_store
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_submissions import Submissions, SubmittedFiling
from auspex.filings.create_ingestion import SQL
from auspex.filings.messages import UNIT_KIND, FetchFiling, ScanCompany
from auspex.filings.model import FilingHeader
from auspex.filings.prices import filing_price
from auspex.filings.source_errors import NotModified
from auspex.filings.source_outcomes import edgar_outcomes
from auspex.platform.consumer import Defer, Delivery
from auspex.platform.jobs import advance_unit, expand_unit, note_unit_starts, succeed_unit

FOLLOWED_FORMS = ("8-K", "10-Q", "10-K", "8-K/A", "10-Q/A", "10-K/A")
WATERMARK_OVERLAP_DAYS = 7


@dataclass(frozen=True, slots=True)
class Ports:
    """What the stage reaches beyond Postgres."""

    edgar: EdgarClient
    clock: Clock


def scan_company(delivery: Delivery[ScanCompany], *, ports: Ports) -> None:
    """Detect a company's filings and send a fetch for each that is not stored."""
    body = delivery.body
    company = filing_store.find_company(connect(), body.cik)
    scheduled = body.limit is None
    watermark = company["watermark"] if company else None
    since = watermark - timedelta(days=WATERMARK_OVERLAP_DAYS) if watermark else None
    try:
        with edgar_outcomes():
            etag = company["etag"] if company and scheduled else None
            submissions = ports.edgar.submissions(body.cik, etag=etag)
            wanted = _wanted(ports.edgar, submissions, body, since)
    except NotModified:
        with transaction() as connection:
            delivery.mark(connection, at=ports.clock.now())
            _resume(connection, delivery, since, ports.clock.now())
            filing_store.note_scan(connection, cik=body.cik, etag=None, watermark=None, at=ports.clock.now())
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
        _store(connection, delivery, submissions, wanted, ports.clock)
        if scheduled:
            _resume(connection, delivery, since, ports.clock.now())


def _wanted(
    edgar: EdgarClient, submissions: Submissions, body: ScanCompany, since: date | None
) -> list[SubmittedFiling]:
    forms = set(body.forms or FOLLOWED_FORMS)
    dated = (f for f in edgar.every_filing(submissions) if f.form in forms and f.filing_date is not None)
    if body.limit is not None:
        return list(itertools.islice(dated, body.limit))
    recent = (f for f in submissions.filings if f.form in forms and f.filing_date is not None)
    if since is None:
        return list(itertools.islice(recent, 1))
    return [f for f in recent if f.filing_date is not None and f.filing_date >= since]


def _store(
    connection: Connection,
    delivery: Delivery[ScanCompany],
    submissions: Submissions,
    wanted: list[SubmittedFiling],
    clock: Clock,
) -> None:
    """Store what is new with a fetch each, expand the job's unit, and remember the scan: one transaction."""
    at, body = clock.now(), delivery.body
    delivery.mark(connection, at=at)
    filing_store.upsert_company(connection, submissions)
    for filing in wanted:
        header = _header(filing, submissions.cik)
        inserted = filing_store.insert_filing(
            connection, header, source="request" if delivery.cause.job_id else "scan", at=at, sample=submissions.sample
        )
        if inserted:
            key = f"fetch:{filing.accession}:detected"
            fetch = _fetch(filing.accession, body)
            outbox.enqueue(connection, wrap(fetch, dedup_key=key, cause=delivery.cause), at=at)
    job_id = delivery.cause.job_id
    if job_id is not None:
        units = [filing.accession for filing in wanted]
        rows = fetch_all(connection, SQL["lock_filings_shared"], {"accessions": units})
        indexed = {row["accession"] for row in rows if row["status"] == "indexed"}
        price = filing_price(enrich=body.enrich)
        prices = {accession: price for accession in units if accession not in indexed}
        expand_unit(connection, job_id=job_id, unit_key=body.unit_key, units=units, prices=prices, at=at)
        note_unit_starts(connection, job_id=job_id, starts=[_fetch(accession, body) for accession in units])
        for row in rows:
            if row["status"] == "indexed":
                result = {"accession": row["accession"], "status": "indexed", "already_stored": True}
                succeed_unit(connection, kind=UNIT_KIND, unit_key=row["accession"], result=result, at=at)
            elif row["status"] in {"skipped", "dead_letter"}:
                key = f"fetch:{row['accession']}:{job_id}"
                fetch = _fetch(row["accession"], body)
                outbox.enqueue(connection, wrap(fetch, dedup_key=key, cause=delivery.cause), at=at)
    newest = max((f.filing_date for f in submissions.filings if f.filing_date is not None), default=None)
    filing_store.note_scan(connection, cik=body.cik, etag=submissions.etag, watermark=newest, at=at)


def _resume(connection: Connection, delivery: Delivery[ScanCompany], since: date | None, at: datetime) -> None:
    """Fetch what only cancelled jobs had asked for: the company is followed, so the filing is wanted all the same."""
    forms, cik = delivery.body.forms or FOLLOWED_FORMS, delivery.body.cik
    for accession in filing_store.resume_filings(connection, cik=cik, since=since, forms=forms, at=at):
        key = f"fetch:{accession}:{delivery.envelope.dedup_key}"
        outbox.enqueue(connection, wrap(_fetch(accession, delivery.body), dedup_key=key, cause=delivery.cause), at=at)


def _fetch(accession: str, scan: ScanCompany) -> FetchFiling:
    return FetchFiling(accession=accession, cik=scan.cik, unit_kind=UNIT_KIND, unit_key=accession, enrich=scan.enrich)


def _header(filing: SubmittedFiling, cik: int) -> FilingHeader:
    assert filing.filing_date is not None
    return FilingHeader(
        accession=filing.accession, cik=cik, form=filing.form, items=filing.items, filing_date=filing.filing_date,
        report_date=filing.report_date, accepted_at=filing.accepted_at, primary_document=filing.primary_document,
        inline_xbrl=filing.inline_xbrl,
    )  # fmt: skip
