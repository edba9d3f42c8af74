"""Companies, filings and their documents in Postgres. Only this module changes a filing's status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.ids import new_id
from auspex.filings.document_store import sha256_of
from auspex.filings.model import NORMALIZER_VERSION, FilingHeader, Section, Table

if TYPE_CHECKING:  # its reader needs lxml, which the index stage does not carry
    from auspex.filings.adapters.edgar_submissions import Submissions

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A fetched and normalised document as it is written."""

    sequence: int
    type: str
    filename: str
    source_url: str
    s3_key: str
    normalized_key: str
    raw_sha256: str
    bytes: int
    degraded: bool
    reasons: tuple[str, ...]


def known_at(header: FilingHeader) -> datetime:
    """Return when the public could know a filing: its acceptance, else the end of its filing date (UTC)."""
    return header.accepted_at or datetime.combine(header.filing_date + timedelta(days=1), time.min, tzinfo=UTC)


def header_of(row: dict[str, Any]) -> FilingHeader:
    """Return the header kept in a filing's row."""
    return FilingHeader(
        accession=row["accession"], cik=row["cik"], form=row["form"], items=tuple(row["items"]),
        filing_date=row["filing_date"], report_date=row["report_date"], accepted_at=row["accepted_at"],
        primary_document=row["primary_document"] or "", inline_xbrl=row["inline_xbrl"],
    )  # fmt: skip


def insert_filing(
    connection: Connection,
    header: FilingHeader,
    *,
    source: str,
    at: datetime,
    status: str = "detected",
    sample: bool = False,
) -> bool:
    """Store a detected filing; False when it is stored already. The caller has stored its company."""
    row = fetch_one(
        connection,
        SQL["insert_filing"],
        _header_columns(header) | {"source": source, "status": status, "at": at, "sample": sample},
    )
    if row is not None:
        insert_event(connection, accession=header.accession, topic="detected", payload={"source": source}, at=at)
    return row is not None


def insert_filings(
    connection: Connection,
    filings: Sequence[tuple[FilingHeader, str, bool]],
    *,
    source: str,
    why_skipped: str,
    at: datetime,
) -> set[str]:
    """Store those of some filings that are not stored, each (header, `detected` or `skipped`, sample); return them.

    One statement, in the order given: callers at the same time name them in the same order. Companies are stored.
    """
    rows = [_header_columns(header) | {"status": status, "sample": sample} for header, status, sample in filings]
    for row in rows:
        row |= {name: row[name] and row[name].isoformat() for name in ("filing_date", "report_date", "accepted_at")}
    inserted = fetch_all(
        connection,
        SQL["insert_filings"],
        {"filings": Jsonb(rows), "source": source, "why_skipped": why_skipped, "at": at},
    )
    return {str(row["accession"]) for row in inserted}


def insert_missing_company(connection: Connection, *, cik: int, name: str, sample: bool) -> None:
    """Store a company under the name a filing shows, unless it is known."""
    connection.execute(SQL["insert_missing_company"], {"cik": cik, "name": name, "sample": sample})


def lock_filing(connection: Connection, accession: str) -> dict[str, Any] | None:
    """Return a filing's row, locked until the transaction ends."""
    return fetch_one(connection, SQL["lock_filing"], {"accession": accession})


def load_filing(connection: Connection, accession: str) -> dict[str, Any]:
    """Return a filing's row. Raises LookupError when it is not stored."""
    row = fetch_one(connection, SQL["read_filing"], {"accession": accession})
    if row is None:
        raise LookupError(f"filing {accession} is not stored")
    return row


def lock_company(connection: Connection, cik: int) -> None:
    """Have what is linked among a company's filings change one transaction after another; taken before any filing."""
    connection.execute(SQL["lock_company"], {"cik": cik})


def mark_fetched(connection: Connection, header: FilingHeader, *, sample: bool, at: datetime) -> None:
    """Move a filing to `fetched` with what its index page states (an indexed one stays indexed).

    Amendments of the same report are linked anew: each amends the one filed before it. The caller holds the company.
    """
    row = fetch_one(connection, SQL["mark_fetched"], _header_columns(header) | {"sample": sample, "at": at})
    if row is not None:
        connection.execute(SQL["link_amendments"], row)
    amends = load_filing(connection, header.accession)["amends"]
    insert_event(connection, accession=header.accession, topic="fetched", payload={"amends": amends}, at=at)


def mark_analyzed(
    connection: Connection, *, accession: str, run: int, flags: Sequence[str], payload: dict[str, Any], at: datetime
) -> None:
    """Have this run be read of a filing, and move it to `analyzed` (an indexed one stays indexed)."""
    connection.execute(SQL["mark_analyzed"], {"accession": accession, "run": run, "flags": list(flags), "at": at})
    insert_event(connection, accession=accession, topic="analyzed", payload=payload, at=at)


def mark_indexed(
    connection: Connection, *, accession: str, index_version: int, payload: dict[str, Any], at: datetime
) -> None:
    """Move a filing to `indexed`, in this version."""
    connection.execute(SQL["mark_indexed"], {"accession": accession, "index_version": index_version, "at": at})
    insert_event(connection, accession=accession, topic="indexed", payload=payload, at=at)


def set_aside_filing(connection: Connection, *, accession: str, payload: dict[str, Any], at: datetime) -> bool:
    """Move an unfinished filing to `skipped`, from where the next request begins it anew; False when it is no such."""
    row = fetch_one(connection, SQL["set_aside_filing"], {"accession": accession})
    if row is not None:
        insert_event(connection, accession=accession, topic="skipped", payload=payload, at=at)
    return row is not None


def resume_filings(
    connection: Connection, *, cik: int, since: date | None, forms: Sequence[str], at: datetime
) -> list[str]:
    """Move a company's filings that were set aside back to `detected` and return them; the caller sends for them."""
    rows = fetch_all(connection, SQL["resume_filings"], {"cik": cik, "since": since, "forms": list(forms)})
    resumed = sorted(str(row["accession"]) for row in rows)
    for accession in resumed:
        insert_event(connection, accession=accession, topic="detected", payload={"was": "skipped"}, at=at)
    return resumed


def insert_event(connection: Connection, *, accession: str, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Append to a filing's history."""
    connection.execute(
        SQL["insert_event"], {"accession": accession, "topic": topic, "payload": Jsonb(payload), "at": at}
    )


def insert_document(
    connection: Connection,
    document: StoredDocument,
    *,
    accession: str,
    sections: Sequence[Section],
    tables: Sequence[Table],
    at: datetime,
) -> bool:
    """Store a document with its sections and tables; False when the same content is stored already."""
    row = fetch_one(
        connection,
        SQL["insert_document"],
        asdict(document) | {
            "document_id": new_id("doc"), "accession": accession, "normalizer_version": NORMALIZER_VERSION, "at": at,
            "reasons": list(document.reasons),
        },
    )  # fmt: skip
    if row is None:
        return False
    section_ids = [new_id("sec") for _ in sections]
    connection.execute(
        SQL["insert_sections"],
        {
            "document_id": row["document_id"], "accession": accession, "section_ids": section_ids,
            "section_keys": [s.section_key for s in sections], "ordinals": [s.ordinal for s in sections],
            "titles": [s.title for s in sections], "document_starts": [s.start for s in sections],
            "texts": [s.text for s in sections], "text_sha256s": [sha256_of(s.text.encode()) for s in sections],
        },
    )  # fmt: skip
    for section, section_id in zip(sections, section_ids, strict=True):
        inside = [t for t in tables if section.start <= t.start and t.end <= section.end and t.end > t.start]
        for table in inside:
            connection.execute(SQL["insert_table"], _table_columns(table, section, section_id))
    return True


def list_documents(connection: Connection, accession: str) -> list[dict[str, Any]]:
    """Return a filing's newest documents in order."""
    return fetch_all(
        connection, SQL["list_documents"], {"accession": accession, "normalizer_version": NORMALIZER_VERSION}
    )


def list_sections(connection: Connection, document_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the sections of documents with their text, by document and ordinal."""
    return fetch_all(connection, SQL["list_sections"], {"document_ids": list(document_ids)})


def find_company(connection: Connection, cik: int) -> dict[str, Any] | None:
    """Return a company's row."""
    return fetch_one(connection, SQL["read_company"], {"cik": cik})


def upsert_company(connection: Connection, found: Submissions) -> None:
    """Store what a company's submissions state of it; former names become aliases."""
    connection.execute(
        SQL["upsert_company"],
        {
            "cik": found.cik, "ticker": next(iter(found.tickers), None), "tickers": list(found.tickers),
            "name": found.name, "aliases": list(found.former_names), "exchange": next(iter(found.exchanges), None),
            "sic": found.sic, "fiscal_year_end": found.fiscal_year_end, "etag": None, "sample": found.sample,
        },
    )  # fmt: skip


def note_scan(connection: Connection, *, cik: int, etag: str | None, watermark: date | None, at: datetime) -> None:
    """Remember a scan: when, the entity tag, and the newest filing date seen."""
    connection.execute(SQL["note_scan"], {"cik": cik, "etag": etag, "watermark": watermark, "at": at})


def _header_columns(header: FilingHeader) -> dict[str, Any]:
    return {
        "accession": header.accession, "cik": header.cik, "form": header.form, "base_form": header.base_form,
        "is_amendment": header.is_amendment, "items": list(header.items), "filing_date": header.filing_date,
        "report_date": header.report_date, "accepted_at": header.accepted_at,
        "primary_document": header.primary_document, "inline_xbrl": header.inline_xbrl,
    }  # fmt: skip


def _table_columns(table: Table, section: Section, section_id: str) -> dict[str, Any]:
    cells = [
        {
            "row": cell.row,
            "column": cell.column,
            "text": cell.text,
            "start": cell.start - section.start,
            "end": cell.end - section.start,
            "header": list(cell.header),
        }
        for cell in table.cells
    ]
    return {
        "table_id": new_id("tab"), "section_id": section_id, "char_start": table.start - section.start,
        "char_end": table.end - section.start, "caption": table.caption, "scale": table.scale,
        "currency": table.currency, "cells": Jsonb(cells),
    }  # fmt: skip
