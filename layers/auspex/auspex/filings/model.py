"""The nouns of filings. Pure values: no clock, no I/O. Offsets are code points, half-open, in the text they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

NORMALIZER_VERSION = 1


class PeriodType(StrEnum):
    """Length of a reporting period by inclusive days (FILINGS 7.5)."""

    QUARTER = "quarter"
    HALF = "half"
    NINE_MONTHS = "nine_months"
    YEAR = "year"
    INSTANT = "instant"
    OTHER = "other"


class Basis(StrEnum):
    """Accounting basis of a figure."""

    GAAP = "gaap"
    NON_GAAP = "non_gaap"


class Method(StrEnum):
    """How a figure was obtained."""

    XBRL = "xbrl"
    TABLE = "table"
    TEXT_TABLE = "text_table"
    DERIVED = "derived"
    LLM = "llm"


class FactOrigin(StrEnum):
    """Where a tagged fact came from."""

    IXBRL = "ixbrl"
    COMPANYFACTS = "companyfacts"


@dataclass(frozen=True, slots=True)
class Cell:
    """One non-empty table cell; `header` is the path of column headers above it, outermost first.

    `row_label` is the text at the left of its row, `row_group` the line above that opens a group ("Basic" under
    "Earnings per share:").
    """

    row: int
    column: int
    text: str
    start: int
    end: int
    header: tuple[str, ...] = ()
    row_label: str = ""
    row_group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a canonical text; `scale` is a power of ten (3, 6, 9), None when nothing states one.

    Rows of share counts take `shares_scale` where `shares_exempt` is set ("shares in thousands" beside "in millions").
    """

    start: int
    end: int
    caption: str
    scale: int | None
    currency: str | None
    cells: tuple[Cell, ...]
    per_share_exempt: bool = False
    shares_exempt: bool = False
    shares_scale: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One tagged fact; `value` has scale and sign applied. Spans are None for facts that no document shows."""

    concept: str
    unit: str
    period_start: date | None
    period_end: date
    value: Decimal | None
    decimals: int | None
    dims_hash: str = ""
    origin: FactOrigin = FactOrigin.IXBRL
    start: int | None = None
    end: int | None = None
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that its markup sets apart (bold, centred, large); a candidate for a section's start."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class NormalizedDocument:
    """Canonical text of one document with the spans found while emitting it (FILINGS 7.3).

    `properties` holds what the document's undimensioned `dei` facts say, by concept without prefix
    (`DocumentFiscalYearFocus` → "2024").
    """

    text: str
    tables: tuple[Table, ...] = ()
    facts: tuple[Fact, ...] = ()
    headings: tuple[Heading, ...] = ()
    degraded: bool = False
    reasons: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A slice of one document's canonical text; joined by ordinal the slices equal the text exactly."""

    section_key: str
    ordinal: int
    title: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a stored section: `section` names it by document sequence and section ordinal."""

    document_sequence: int
    section_ordinal: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """A shown formula with its cited inputs: `expression` over the names in `inputs` (+ - * / and brackets only).

    `inputs` gives each name its value in plain decimals, `sources` the accession that reported it where it is known.
    """

    expression: str
    inputs: dict[str, str]
    sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kpi:
    """A named figure of one filing (FILINGS 7.5, 7.6). `value` is in `unit`; `scale_shown` the power of ten shown.

    `quote` is the text of `span`: the row of the figure, or its cell where the row is long. The figure itself stands at
    [figure_start:figure_end) of the same section. `concept` names the tagged fact behind it, if one is.
    """

    metric: str
    label: str
    value: Decimal
    unit: str
    scale_shown: int
    period_start: date | None
    period_end: date
    period_type: PeriodType
    fiscal_period: str | None
    basis: Basis
    method: Method
    span: Span | None
    quote: str | None
    derivation: Derivation | None = None
    preliminary: bool = False
    conflict: bool = False
    figure_start: int | None = None
    figure_end: int | None = None
    concept: str | None = None
    accession: str | None = None


@dataclass(frozen=True, slots=True)
class SummaryBullet:
    """One verbatim sentence of a filing with its place."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class FilingDocument:
    """One document of a filing as normalised and split, the unit that engines read."""

    sequence: int
    type: str
    filename: str
    text: str
    sections: tuple[Section, ...]
    tables: tuple[Table, ...] = ()
    facts: tuple[Fact, ...] = ()
    headings: tuple[Heading, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilingHeader:
    """What EDGAR states about a filing before anybody reads it."""

    accession: str
    cik: int
    form: str
    items: tuple[str, ...]
    filing_date: date
    report_date: date | None
    accepted_at: datetime | None
    primary_document: str
    inline_xbrl: bool = False

    @property
    def base_form(self) -> str:
        """The form without its amendment mark."""
        return self.form.removesuffix("/A")

    @property
    def is_amendment(self) -> bool:
        """Whether the form carries the amendment mark."""
        return self.form.endswith("/A")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrievable piece of a section; `context` is indexed and embedded with it but never quoted (FILINGS 7.12)."""

    ordinal: int
    kind: str
    document_sequence: int
    section_ordinal: int
    start: int
    end: int
    context: str
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim span of a stored section; verified when the bytes at [start:end) equal those of `quote`."""

    accession: str
    form: str
    section_key: str
    document: str
    start: int
    end: int
    quote: str
    text_sha256: str
    source_url: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A number shown in an answer and the citation or derivation that proves it."""

    shown: str
    value: Decimal
    unit: str
    citation_index: int | None = None
    derivation_index: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an ask returns: prose, its evidence, or a typed refusal (FILINGS 7.17)."""

    answer_markdown: str
    refused: bool
    reason: str | None
    evidence_class: str | None
    citations: tuple[Citation, ...] = ()
    figures: tuple[Figure, ...] = ()
    derivations: tuple[dict[str, object], ...] = ()
    choices: tuple[dict[str, object], ...] = field(default=())
