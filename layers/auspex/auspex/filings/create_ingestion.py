"""Accept filings to ingest, by ticker (newest ones) or by accession, as one job with a unit per filing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import Connection, fetch_all, load_sql
from auspex.core.messages import Cause, wrap
from auspex.core.problems import ValidationFailed, pointer_error
from auspex.filings.company_reads import find_companies_by_name, list_nearest
from auspex.filings.messages import UNIT_KIND, ScanCompany, fetch_of, scan_unit
from auspex.filings.prices import filing_price
from auspex.filings.problems import AccessionOfAnotherCompany, UnknownTicker
from auspex.platform.jobs import CreatedJob, NewJob, create_job, note_unit_starts, succeed_unit

SQL = load_sql(Path(__file__).with_name("ingestion_store.sql"))
ROUTE = "POST /v1/filings/ingestions"


@dataclass(frozen=True, slots=True)
class TickerRequest:
    """The newest `limit` filings of one ticker."""

    ticker: str
    limit: int


@dataclass(frozen=True, slots=True)
class AccessionRequest:
    """One filing; `cik` or `ticker` may be left out when it is stored already."""

    accession: str
    cik: int | None
    ticker: str | None


@dataclass(frozen=True, slots=True)
class IngestionCommand:
    """What a caller asks for."""

    account_id: str
    tickers: tuple[TickerRequest, ...]
    accessions: tuple[AccessionRequest, ...]
    forms: tuple[str, ...]
    request: dict[str, Any]
    idempotency_key: str | None = None
    enrich: bool = False


def create_ingestion(connection: Connection, *, clock: Clock, command: IngestionCommand, cause: Cause) -> CreatedJob:
    """Create the job and its messages in the caller's transaction.

    Filings that are indexed already end their unit at once and cost nothing; those under way are waited for, not
    fetched again.
    Raises UnknownTicker with similar names, AccessionOfAnotherCompany, ValidationFailed for a filing nobody can find.
    """
    at = clock.now()
    by_ticker = resolve_tickers(connection, _tickers_of(command))
    stored = _lock_stored(connection, [item.accession for item in command.accessions])
    ciks = [_cik_of(item, number, by_ticker, stored) for number, item in enumerate(command.accessions)]
    limits = {by_ticker[item.ticker]: item.limit for item in command.tickers}
    units = list(dict.fromkeys([*(i.accession for i in command.accessions), *(scan_unit(cik) for cik in limits)]))
    new = {i.accession for i in command.accessions if stored.get(i.accession, {}).get("status") != "indexed"}
    price = filing_price(enrich=command.enrich)
    job = create_job(
        connection,
        NewJob(account_id=command.account_id, kind=UNIT_KIND, route=ROUTE, request=command.request, units=units,
               idempotency_key=command.idempotency_key,
               quote=sum(price.values()) * (len(new) + sum(limits.values())),
               prices=dict.fromkeys(new, price)),
        cause=cause, at=at,
    )  # fmt: skip
    if not job.created:
        return job
    cause = cause.model_copy(update={"job_id": job.job_id})
    fetches = [
        fetch_of(item.accession, cik, enrich=command.enrich)
        for item, cik in dict(zip(command.accessions, ciks, strict=True)).items()
    ]
    scans = [_scan(cik, limit, command) for cik, limit in limits.items()]
    note_unit_starts(connection, job_id=job.job_id, starts=[*fetches, *scans])
    for fetch in fetches:
        status = stored[fetch.accession]["status"] if fetch.accession in stored else None
        if status == "indexed":
            result = {"accession": fetch.accession, "status": "indexed", "already_stored": True}
            succeed_unit(connection, kind=UNIT_KIND, unit_key=fetch.unit_key, result=result, at=at)
        elif status in {None, "skipped", "dead_letter"}:
            key = f"fetch:{fetch.accession}:{job.job_id}"
            outbox.enqueue(connection, wrap(fetch, dedup_key=key, cause=cause), at=at)
    for scan in scans:
        outbox.enqueue(connection, wrap(scan, dedup_key=f"scan:{scan.cik}:{job.job_id}", cause=cause), at=at)
    return job


def _scan(cik: int, limit: int, command: IngestionCommand) -> ScanCompany:
    return ScanCompany(
        cik=cik, limit=limit, forms=list(command.forms), unit_kind=UNIT_KIND, unit_key=scan_unit(cik),
        enrich=command.enrich,
    )  # fmt: skip


def resolve_tickers(connection: Connection, asked: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the CIK of every ticker of (JSON Pointer, ticker). Raises UnknownTicker that names all unknown ones."""
    found = find_companies_by_name(connection, sorted({ticker for _, ticker in asked}))
    by_ticker = {ticker: company.cik for ticker, company in found.items()}
    missing = {pointer: ticker for pointer, ticker in asked if ticker not in by_ticker}
    if missing:
        near = [company for ticker in dict.fromkeys(missing.values()) for company in list_nearest(connection, ticker)]
        raise UnknownTicker(
            detail=f"No company is known as {', '.join(dict.fromkeys(missing.values()))}.",
            errors=[pointer_error(pointer, f"unknown ticker {ticker}") for pointer, ticker in missing.items()],
            nearest=list({company["ticker"]: company for company in near}.values()),
        )
    return by_ticker


def _tickers_of(command: IngestionCommand) -> list[tuple[str, str]]:
    asked = [(f"/tickers/{n}/ticker", item.ticker) for n, item in enumerate(command.tickers)]
    return asked + [
        (f"/accessions/{n}/ticker", item.ticker) for n, item in enumerate(command.accessions) if item.ticker is not None
    ]


def _lock_stored(connection: Connection, accessions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Share-lock the filings that are stored: none can finish unseen between this look and the job's creation."""
    rows = fetch_all(connection, SQL["lock_filings_shared"], {"accessions": list(accessions)})
    return {str(row["accession"]): row for row in rows}


def _cik_of(item: AccessionRequest, number: int, by_ticker: dict[str, int], stored: dict[str, dict[str, Any]]) -> int:
    named = item.cik if item.cik is not None else by_ticker.get(item.ticker or "")
    if item.accession in stored:
        owner = int(stored[item.accession]["cik"])
        if named not in {None, owner}:
            message = f"accession {item.accession} belongs to CIK {owner}"
            pointer = f"/accessions/{number}/{'ticker' if item.cik is None else 'cik'}"
            raise AccessionOfAnotherCompany(detail=message, errors=[pointer_error(pointer, message)])
        return owner
    if named is None:
        message = f"accession {item.accession} is not stored yet: name its cik or ticker"
        raise ValidationFailed(detail=message, errors=[pointer_error(f"/accessions/{number}/cik", message)])
    return named
