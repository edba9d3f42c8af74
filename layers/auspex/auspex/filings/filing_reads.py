"""Reads of stored filings. Filings are public: any account may read any stored one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.limits import SECTION_SLICE_CHARACTERS_MAX
from auspex.core.problems import NotFound, pointer_error
from auspex.filings.problems import SpanInvalid

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class FilingQuery:
    """Filters of a list of filings; None means any. `watcher`: companies that this account watches."""

    cik: int | None = None
    ticker: str | None = None
    form: str | None = None
    item: str | None = None
    status: str | None = None
    filed_from: date | None = None
    filed_to: date | None = None
    watcher: str | None = None


@dataclass(frozen=True, slots=True)
class FilingPage:
    """Filings, newest first, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class SectionPage:
    """Sections in reading order, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_filings(connection: Connection, query: FilingQuery, *, limit: int, cursor: str | None) -> FilingPage:
    """Return a page of filings by filing date. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "filings", **asdict(query)}
    before_date, before_accession = decode_cursor(cursor, filters=filters) if cursor else (None, None)
    rows = fetch_all(
        connection,
        SQL["list_filings"],
        asdict(query) | {"before_date": before_date, "before_accession": before_accession, "rows_max": limit + 1},
    )
    kept = rows[:limit]
    more = len(rows) > limit
    position = [kept[-1]["filing_date"].isoformat(), kept[-1]["accession"]] if more else None
    return FilingPage(kept, encode_cursor(position, filters=filters) if position else None)


def read_filing(connection: Connection, accession: str) -> dict[str, Any]:
    """Return a filing with its documents, summary and history. Raises NotFound."""
    row = fetch_one(connection, SQL["read_filing"], {"accession": accession})
    if row is None:
        raise NotFound(detail=f"Filing {accession} is not stored.")
    return row | {"documents": fetch_all(connection, SQL["list_documents"], {"accession": accession})}


def list_sections(
    connection: Connection, accession: str, *, document: str | None, limit: int, cursor: str | None
) -> SectionPage:
    """Return a page of a filing's sections without their text, in reading order.

    Raises NotFound for an unknown filing or document, MalformedRequest for a foreign cursor.
    """
    filters = {"list": "sections", "accession": accession, "document": document}
    after: list[Any] = decode_cursor(cursor, filters=filters) if cursor else [None, None, None]
    position = dict(zip(("after_sequence", "after_document", "after_ordinal"), after, strict=True))
    asked = {"accession": accession, "document": document, "rows_max": limit + 1} | position
    rows = fetch_all(connection, SQL["list_sections"], asked)
    if not rows:
        raise NotFound(detail=f"Filing {accession} has no stored sections{f' of {document}' if document else ''}.")
    kept = rows[:limit]
    last = [kept[-1][name] for name in ("sequence", "document_id", "ordinal")]
    return SectionPage(kept, encode_cursor(last, filters=filters) if len(rows) > limit else None)


def read_section(
    connection: Connection, accession: str, section_key: str, *, document: str | None, start: int, end: int | None
) -> dict[str, Any]:
    """Return a slice of a section's text in code points, half-open, at most 20,000 of them.

    Raises NotFound for an unknown section, SpanInvalid for a span that is empty, too long or beyond the text.
    """
    length = SECTION_SLICE_CHARACTERS_MAX if end is None else end - start
    if length <= 0:
        raise _span_invalid("end", "`start` must lie before `end`")
    if length > SECTION_SLICE_CHARACTERS_MAX:
        raise _span_invalid("end", f"a slice has at most {SECTION_SLICE_CHARACTERS_MAX} characters")
    row = fetch_one(
        connection,
        SQL["read_section"],
        {"accession": accession, "section_key": section_key, "document": document, "start": start, "length": length},
    )
    if row is None:
        raise NotFound(detail=f"Filing {accession} has no section {section_key}.")
    if start >= row["chars"]:
        raise _span_invalid("start", f"the section has {row['chars']} characters")
    if end is not None and end > row["chars"]:
        raise _span_invalid("end", f"the section has {row['chars']} characters")
    return row | {"start": start, "end": start + len(row["text"])}


def _span_invalid(field: str, message: str) -> SpanInvalid:
    return SpanInvalid(detail=message, errors=[pointer_error(f"/{field}", message)])
