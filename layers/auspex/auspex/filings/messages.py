"""Queue contracts of filings: ids only; the JSON Schemas are committed under events/contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from auspex.core.limits import BACKFILL_COMPANIES_PER_MESSAGE, BACKFILL_PER_TICKER_MAX, FORMS_NAMED_MAX
from auspex.core.messages import UnitCommand

UNIT_KIND = "filings.ingestion"
ACCESSION_PATTERN = r"^\d{10}-\d{2}-\d{6}$"


class ScanCompany(UnitCommand):
    """List a company's submissions and detect what is not stored; `limit` None takes all new ones."""

    schema_name: ClassVar[str] = "filings.scan_company.v1"
    queue: ClassVar[str] = "filings-scan"

    cik: int = Field(gt=0)
    forms: list[str] = Field(default_factory=list, max_length=FORMS_NAMED_MAX)
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


class BackfillCompanies(UnitCommand):
    """List some companies' filings, older pages too, and have the backfill's job wait for them."""

    schema_name: ClassVar[str] = "filings.backfill_companies.v1"
    queue: ClassVar[str] = "filings-backfill"

    ciks: list[Annotated[int, Field(gt=0)]] = Field(min_length=1, max_length=BACKFILL_COMPANIES_PER_MESSAGE)
    forms: list[str] = Field(default_factory=list, max_length=FORMS_NAMED_MAX)
    limit: int = Field(ge=1, le=BACKFILL_PER_TICKER_MAX)
    since: date | None = None
    until: date | None = None
    include_existing: bool = False
    enrich: bool = False


def fetch_of(accession: str, cik: int, *, enrich: bool) -> FetchFiling:
    """Return the command that begins a filing; all jobs that want the filing wait for the same unit."""
    return FetchFiling(accession=accession, cik=cik, unit_kind=UNIT_KIND, unit_key=accession, enrich=enrich)


def scan_unit(cik: int) -> str:
    """Return the placeholder unit of a scan, until it is known which accessions it finds."""
    return f"scan:{cik}"


def backfill_unit(ciks: Sequence[int]) -> str:
    """Return the placeholder unit of companies that are to be listed, until it is known what is found."""
    return "companies:" + "-".join(str(cik) for cik in ciks)
