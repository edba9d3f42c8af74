"""What replies show of an answer: asks and runs of templates alike."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from auspex.platform.replies import Representation

EvidenceClass = Literal["kpi", "formula", "extractive", "provider"]


class CitationOut(Representation):
    """A verbatim span of a stored section; `verified` compares its bytes at the time of the answer."""

    accession: str
    form: str
    section_key: str
    document: str
    start: int
    end: int
    quote: str
    text_sha256: str
    source_url: str
    verified: bool


class FigureOut(Representation):
    """A number shown, in `unit`, and the citation or derivation that proves it."""

    shown: str
    value: Decimal
    unit: str
    citation_index: int | None
    derivation_index: int | None


class AnswerOut(Representation):
    """An answer or a refusal. `confidence` is null until it has been measured.

    `source` is `core` or `<provider>/<model>`; `fallback_from` names whose answer was not served, or why there is none.
    """

    answer_markdown: str
    refused: bool
    reason: (
        Literal[
            "no_evidence",
            "not_ingested",
            "period_missing",
            "ambiguous_company",
            "figure_unverified",
            "advice_request",
            "low_relevance",
        ]
        | None
    )
    choices: list[dict[str, Any]]
    citations: list[CitationOut]
    figures: list[FigureOut]
    derivations: list[dict[str, Any]]
    evidence_class: EvidenceClass | None
    confidence: dict[str, Any] | None
    source: str
    fallback_from: str | None
    latency_ms: int
    created_at: datetime
