"""Rows that an indexed filing stands on: company, filing, document, sections. Plain inserts, nothing of our stores."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import psycopg

Connection = psycopg.Connection[dict[str, Any]]


def accession_number(number: int, *, cik: int = 1) -> str:
    """Return a well-formed accession number."""
    return f"{cik:010d}-24-{number:06d}"


def store_filing(
    connection: Connection,
    *,
    accession: str,
    sections: Sequence[tuple[str, str, str]],
    cik: int = 1,
    form: str = "10-K",
    report_date: date | None = date(2023, 12, 31),
    detected_at: datetime = datetime(2024, 2, 1, tzinfo=UTC),
    company: str = "Example Corp",
) -> dict[tuple[int, int], str]:
    """Store a filing of one document; `sections` are (key, title, text). Returns section ids by (1, ordinal)."""
    connection.execute(
        "INSERT INTO filings.companies (cik, name) VALUES (%s, %s) ON CONFLICT (cik) DO NOTHING", (cik, company)
    )
    connection.execute(
        """INSERT INTO filings.filings
             (accession, cik, form, base_form, is_amendment, filing_date, report_date, detected_at, source)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'request')""",
        (
            accession,
            cik,
            form,
            form.removesuffix("/A"),
            form.endswith("/A"),
            detected_at.date(),
            report_date,
            detected_at,
        ),
    )
    document_id = f"doc-{accession}"
    connection.execute(
        """INSERT INTO filings.documents (document_id, accession, sequence, type, filename, source_url, s3_key,
             normalized_key, raw_sha256, bytes, normalizer_version, stored_at)
           VALUES (%s, %s, 1, %s, 'main.htm', 'urn:test', 'k', 'k', 'h', 1, 1, %s)""",
        (document_id, accession, form, detected_at),
    )
    ids: dict[tuple[int, int], str] = {}
    start = 0
    rows = []
    for ordinal, (key, title, text) in enumerate(sections):
        section_id = f"{document_id}-{ordinal}"
        ids[1, ordinal] = section_id
        digest = hashlib.sha256(text.encode()).hexdigest()
        rows.append((section_id, document_id, accession, key, ordinal, title, start, text, len(text), digest))
        start += len(text)
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO filings.sections (section_id, document_id, accession, section_key, ordinal, title,
                 document_start, text, chars, text_sha256)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
            rows,
        )
    return ids
