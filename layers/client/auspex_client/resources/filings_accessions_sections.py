"""`client.filings.accessions.sections`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from auspex_client.calls import CallOptions, Operation, given
from auspex_client.models.filings_accessions import Section, SectionText
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_ACCESSION_SECTIONS = Operation("list_accession_sections", "GET", "/v1/filings/accessions/{accession}/sections")
READ_ACCESSION_SECTION = Operation(
    "read_accession_section", "GET", "/v1/filings/accessions/{accession}/sections/{section_key}"
)


class FilingsAccessionsSections(Resource):
    """Operations of `filings.accessions.sections`."""

    def list(
        self,
        accession: str,
        *,
        document: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Section]:
        """List the sections of a filing's documents in reading order.

        `accession`: Accession number, dashed or not. `document`: File name; the first document that fits else. `limit`:
        Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/filings/accessions/{accession}/sections, scope `filings:read`.
        """
        return self._auspex.page(
            LIST_ACCESSION_SECTIONS,
            Section,
            path={"accession": accession},
            query=given({"document": document, "limit": limit, "cursor": cursor}),
            options=options,
        )

    def show(
        self,
        accession: str,
        section_key: str,
        *,
        document: str | None = None,
        start: int | None = None,
        end: int | None = None,
        options: CallOptions | None = None,
    ) -> Reply[SectionText]:
        """Read at most 20,000 characters of a section.

        `accession`: Accession number, dashed or not. `document`: File name; the first document that fits else.

        GET /v1/filings/accessions/{accession}/sections/{section_key}, scope `filings:read`.
        """
        return self._auspex.call(
            READ_ACCESSION_SECTION,
            SectionText,
            path={"accession": accession, "section_key": section_key},
            query=given({"document": document, "start": start, "end": end}),
            options=options,
        )
