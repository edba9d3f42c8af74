"""Check a citation for a caller: the stored text decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.problems import NotFound, pointer_error
from auspex.filings.answers.citations import StoredSection, Verification, verify_span
from auspex.filings.problems import SpanInvalid

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class CitationClaim:
    """What somebody says stands somewhere."""

    accession: str
    section_key: str
    document: str | None
    start: int
    end: int
    quote: str
    text_sha256: str | None


def verify_citation(connection: Connection, *, claim: CitationClaim) -> Verification:
    """Compare a claim with the stored section. Raises NotFound for an unknown section, SpanInvalid for a bad span."""
    row = fetch_one(
        connection,
        SQL["find_section"],
        {"accession": claim.accession, "section_key": claim.section_key, "document": claim.document},
    )
    if row is None:
        raise NotFound(detail=f"Filing {claim.accession} has no section {claim.section_key}.")
    section = StoredSection(**row)
    if not 0 <= claim.start < claim.end <= len(section.text):
        message = f"a span in this section lies in 0 ≤ start < end ≤ {len(section.text)}"
        raise SpanInvalid(detail=message, errors=[pointer_error("/end", message)])
    return verify_span(section, start=claim.start, end=claim.end, quote=claim.quote, text_sha256=claim.text_sha256)
