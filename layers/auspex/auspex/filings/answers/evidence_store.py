"""Reads what answers stand on: stored sections as they lie there now, and the weights of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from auspex.core.database import Connection, fetch_all, load_sql
from auspex.filings.answers.citations import StoredSection
from auspex.filings.answers.evidence import Source

SQL = load_sql(Path(__file__).with_suffix(".sql"))
TITLE_REACH_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class FiledSection:
    """A stored section with what is known of its filing."""

    section: StoredSection
    cik: int
    base_form: str
    report_date: date | None
    known_at: datetime

    def source(self, start: int, end: int) -> Source:
        """Return a span of the section as a source, quoting what stands there."""
        section = self.section
        return Source(
            accession=section.accession,
            form=section.form,
            cik=self.cik,
            document=section.document,
            section_id=section.section_id,
            section_key=section.section_key,
            start=start,
            end=end,
            quote=section.text[start:end],
            text_sha256=section.text_sha256,
            source_url=section.source_url,
            known_at=self.known_at,
            report_date=self.report_date,
        )


def load_sections(connection: Connection, section_ids: Sequence[str]) -> dict[str, FiledSection]:
    """Return stored sections by id, read from the database now."""
    rows = fetch_all(connection, SQL["list_sections_by_id"], {"section_ids": sorted(set(section_ids))})
    return {row["section_id"]: _section(row) for row in rows}


def list_statement_sections(
    connection: Connection,
    *,
    cik: int,
    as_of: datetime,
    window: tuple[date, date] | None,
    title: str,
    chars_max: int,
    rows_max: int,
) -> list[str]:
    """Return ids of short sections that open under a title (a regular expression), newest report first."""
    parameters = {
        "cik": cik, "as_of": as_of, "period_from": window[0] if window else None,
        "period_to": window[1] if window else None, "title": title, "chars_max": chars_max,
        "reach": TITLE_REACH_CHARACTERS, "rows_max": rows_max,
    }  # fmt: skip
    return [row["section_id"] for row in fetch_all(connection, SQL["list_statement_sections"], parameters)]


def list_lexemes(connection: Connection, texts: Sequence[str]) -> list[frozenset[str]]:
    """Return the lexemes of each text, stemmed as the index stems them."""
    if not texts:
        return []
    rows = fetch_all(connection, SQL["list_lexemes"], {"texts": list(texts)})
    return [frozenset(row["lexemes"]) for row in rows]


def read_idf(connection: Connection, lexemes: frozenset[str]) -> Mapping[str, float]:
    """Return the idf of each lexeme over all indexed chunks; empty when nothing is indexed."""
    rows = fetch_all(connection, SQL["list_idf"], {"lexemes": sorted(lexemes)})
    return {row["lexeme"]: row["idf"] for row in rows}


def _section(row: dict[str, Any]) -> FiledSection:
    section = StoredSection(
        section_id=row["section_id"],
        accession=row["accession"],
        form=row["form"],
        document=row["filename"],
        section_key=row["section_key"],
        text=row["text"],
        text_sha256=row["text_sha256"],
        source_url=row["source_url"],
    )
    return FiledSection(section, row["cik"], row["base_form"], row["report_date"], row["known_at"])
