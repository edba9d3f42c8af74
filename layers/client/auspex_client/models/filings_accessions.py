"""What `filings.accessions` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from auspex_client.model import Model
from auspex_client.models.shared import Job


class Document(Model):
    """A document of a filing."""

    bytes: int
    degraded: bool
    filename: str
    reasons: list[str]
    sequence: int
    source_url: str
    type: str


class EnrichmentItem(Model):
    """One sentence of a provider with the quote that proves it."""

    end: int
    kind: Literal["bullet", "guidance", "kpi"] | str
    quote: str
    section_id: str
    section_key: str
    start: int
    text: str


class Enrichment(Model):
    """What a provider (`source`) said of the filing, as far as it is proven."""

    items: list[EnrichmentItem]
    source: str


class Event(Model):
    """A step in a filing's history."""

    at: dt.datetime
    payload: dict[str, Any]
    topic: str


class FilingCost(Model):
    """What a provider took for what is kept as enrichment; the core takes nothing, an account pays its job's `cost`."""

    tokens: int
    usd: str


class Lags(Model):
    """Seconds from acceptance to each step; null where acceptance or the step is unknown."""

    analyze_s: float | None
    detect_s: float | None
    index_s: float | None


class FilingDetail(Model):
    """A filing with its documents, summary and history."""

    accepted_at: dt.datetime | None
    accession: str
    amended_by: list[str]
    amends: str | None
    cik: int
    company: str
    cost: FilingCost
    dead_letter_reason: str | None
    documents: list[Document]
    enrichment: Enrichment | None
    events: list[Event]
    filing_date: dt.date
    flags: list[str]
    form: str
    guidance_count: int
    is_amendment: bool
    items: list[str]
    kpi_count: int
    lags: Lags
    report_date: dt.date | None
    sample: bool
    status: Literal["detected", "fetched", "analyzed", "indexed", "skipped", "dead_letter"] | str
    summary: list[dict[str, Any]]
    ticker: str | None


class Filing(Model):
    """A filing in a list."""

    accepted_at: dt.datetime | None
    accession: str
    amends: str | None
    cik: int
    dead_letter_reason: str | None
    filing_date: dt.date
    form: str
    is_amendment: bool
    items: list[str]
    report_date: dt.date | None
    sample: bool
    status: Literal["detected", "fetched", "analyzed", "indexed", "skipped", "dead_letter"] | str
    ticker: str | None


class Replay(Model):
    """The job, what the mode came to (`none`: the filing is complete), and the node that the work goes on with."""

    first_node: str | None
    job: Job
    mode_resolved: Literal["ingestion", "analysis", "index", "none"] | str


class Section(Model):
    """A section without its text."""

    chars: int
    document: str
    ordinal: int
    section_key: str
    source_url: str
    text_sha256: str
    title: str


class SectionText(Model):
    """A slice [start, end) of a section's text, in code points."""

    chars: int
    document: str
    end: int
    ordinal: int
    section_key: str
    source_url: str
    start: int
    text: str
    text_sha256: str
    title: str
