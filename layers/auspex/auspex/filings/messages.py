"""Queue contracts of filings: ids only; the JSON Schemas are committed under events/contracts."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from auspex.core.messages import UnitCommand

UNIT_KIND = "filings.ingestion"
ACCESSION_PATTERN = r"^\d{10}-\d{2}-\d{6}$"


class ScanCompany(UnitCommand):
    """List a company's submissions and detect what is not stored; `limit` None takes all new ones."""

    schema_name: ClassVar[str] = "filings.scan_company.v1"
    queue: ClassVar[str] = "filings-scan"

    cik: int = Field(gt=0)
    forms: list[str] = Field(default_factory=list, max_length=20)
    limit: int | None = Field(default=None, ge=1, le=100)
    enrich: bool = False


class FetchFiling(UnitCommand):
    """Fetch a filing's documents, normalise them and split them into sections."""

    schema_name: ClassVar[str] = "filings.fetch_filing.v1"
    queue: ClassVar[str] = "filings-ingestion"

    accession: str = Field(pattern=ACCESSION_PATTERN)
    cik: int = Field(gt=0)
    enrich: bool = False


class AnalyzeFiling(UnitCommand):
    """Extract figures, items and a summary from a fetched filing."""

    schema_name: ClassVar[str] = "filings.analyze_filing.v1"
    queue: ClassVar[str] = "filings-analysis"

    accession: str = Field(pattern=ACCESSION_PATTERN)
    run: int = Field(ge=1)
    enrich: bool = False


class IndexFiling(UnitCommand):
    """Cut an analysed filing into chunks and index them, from batch `from_ordinal` on."""

    schema_name: ClassVar[str] = "filings.index_filing.v1"
    queue: ClassVar[str] = "filings-knowledge"

    accession: str = Field(pattern=ACCESSION_PATTERN)
    run: int = Field(ge=1)
    index_version: int = Field(ge=1)
    from_ordinal: int = Field(default=0, ge=0)


def scan_unit(cik: int) -> str:
    """Return the placeholder unit of a scan, until it is known which accessions it finds."""
    return f"scan:{cik}"
