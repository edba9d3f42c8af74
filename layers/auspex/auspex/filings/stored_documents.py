"""A stored filing as engines read it: sections from Postgres, tables, facts and headings from the canonical form."""

from __future__ import annotations

from auspex.core.database import Connection
from auspex.filings import filing_store
from auspex.filings.document_store import DocumentStore
from auspex.filings.model import FilingDocument, Section
from auspex.filings.reading.document_json import document_from_json


def load_documents(
    connection: Connection, store: DocumentStore, *, accession: str
) -> tuple[tuple[FilingDocument, ...], dict[tuple[int, int], str]]:
    """Return a filing's documents, and the stored section of each (document sequence, section ordinal)."""
    rows = filing_store.list_documents(connection, accession)
    sections = filing_store.list_sections(connection, [row["document_id"] for row in rows])
    documents: list[FilingDocument] = []
    section_ids: dict[tuple[int, int], str] = {}
    for row in rows:
        own = [s for s in sections if s["document_id"] == row["document_id"]]
        canonical = document_from_json(store.get(row["normalized_key"]))
        documents.append(
            FilingDocument(
                sequence=row["sequence"], type=row["type"], filename=row["filename"], text=canonical.text,
                sections=tuple(
                    Section(s["section_key"], s["ordinal"], s["title"], s["document_start"],
                            s["document_start"] + len(s["text"]), s["text"])
                    for s in own
                ),
                tables=canonical.tables, facts=canonical.facts, headings=canonical.headings,
                properties=canonical.properties,
            )
        )  # fmt: skip
        section_ids |= {(row["sequence"], s["ordinal"]): s["section_id"] for s in own}
    return tuple(documents), section_ids
