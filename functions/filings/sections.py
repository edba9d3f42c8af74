"""List a filing's sections and read a slice of one.
Route: GET /v1/filings/accessions/{accession}/sections[/{section_key}] · Reads: filings.sections
Fails: not-found, span-invalid, validation-failed"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from auspex.core.database import connect
from auspex.core.limits import TEXT_OFFSET_MAX
from auspex.filings.filing_reads import list_sections, read_section
from auspex.filings.representations import Accession
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="filings:read")
DocumentName = Annotated[
    str | None,
    Query(max_length=200, description="File name; the first document that fits else", examples=["aapl-20240928.htm"]),
]


class SectionOut(Representation):
    """A section without its text."""

    section_key: str
    ordinal: int
    title: str
    chars: int
    text_sha256: str
    document: str
    source_url: str


class SectionTextOut(SectionOut):
    """A slice [start, end) of a section's text, in code points."""

    start: int
    end: int
    text: str


@api.get("/v1/filings/accessions/{accession}/sections", page_of=SectionOut)
async def list_accession_sections(
    accession: Accession,
    _: Caller,
    document: DocumentName = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[SectionOut]:
    """List the sections of a filing's documents in reading order."""
    found = list_sections(connect(), accession, document=document, limit=limit, cursor=cursor)
    return Page(rows=[SectionOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.get("/v1/filings/accessions/{accession}/sections/{section_key}", response_model=SectionTextOut)
async def read_accession_section(
    accession: Accession,
    section_key: Annotated[str, Path(max_length=100, examples=["item7"])],
    _: Caller,
    document: DocumentName = None,
    start: Annotated[int, Query(ge=0, le=TEXT_OFFSET_MAX)] = 0,
    end: Annotated[int | None, Query(ge=0, le=TEXT_OFFSET_MAX, examples=[200])] = None,
) -> SectionTextOut:
    """Read at most 20,000 characters of a section."""
    row = read_section(connect(), accession, section_key, document=document, start=start, end=end)
    return SectionTextOut.model_validate(row)


handler = api.handler
