"""The nouns of ask templates. Pure values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from auspex.filings.answers.evidence import Source
from auspex.filings.extraction.guidance_item import Shape
from auspex.filings.model import Basis, PeriodType


class Table(StrEnum):
    """What the rows of a template's table are."""

    CHANGES = "changes"
    SURPRISES = "surprises"
    GUIDANCE = "guidance"
    RISKS = "risks"


@dataclass(frozen=True, slots=True)
class Rule:
    """How well a form, or an 8-K with one item, serves a template; `item` None is any filing of the form."""

    base_form: str
    item: str | None
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Template:
    """A prepared question. `question` holds {company}, {period} and {compare_to}; `metrics` are of the vocabulary."""

    key: str
    title: str
    question: str
    table: Table
    metrics: tuple[str, ...]
    rules: tuple[Rule, ...]
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class RecentFiling:
    """An indexed filing as relevance sees it."""

    accession: str
    form: str
    base_form: str
    items: tuple[str, ...]
    filing_date: date


@dataclass(frozen=True, slots=True)
class Relevance:
    """How well what is indexed serves a template: `score` is the best weight among the last filings, 0 to 1."""

    label: str
    score: Decimal
    coverage_brief: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """An interval issued before a figure was reported, in the figure's base unit."""

    expectation_id: str
    metric: str
    basis: Basis
    period_type: PeriodType
    period_end: date
    unit: str
    q10: Decimal
    q50: Decimal
    q90: Decimal
    method: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Guidance:
    """An item of guidance as stored, with its place; bounds in base units, None where it has none."""

    guidance_id: str
    metric: str
    basis: Basis
    period_type: PeriodType
    fiscal_period: str
    shape: Shape
    low: Decimal | None
    high: Decimal | None
    unit: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class ReportText:
    """A section of a periodic report, as known at a time."""

    form: str
    base_form: str
    section_key: str
    text: str
    source: Source
    report_date: date


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what it says, and the places that prove its value and what it is compared with."""

    fields: dict[str, Any]
    sources: tuple[Source, ...] = ()
    compare_sources: tuple[Source, ...] = field(default=())
