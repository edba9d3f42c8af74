"""What several resources show.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypedDict

from auspex_client.model import Model


class Account(Model):
    """An account."""

    account_id: str
    created_at: dt.datetime
    name: str
    plan: Literal["free", "prepaid", "premium"] | str
    status: Literal["active", "suspended"] | str


class Citation(Model):
    """A verbatim span of a stored section; `verified` compares its bytes at the time of the answer."""

    accession: str
    document: str
    end: int
    form: str
    quote: str
    section_key: str
    source_url: str
    start: int
    text_sha256: str
    verified: bool


class Figure(Model):
    """A number shown, in `unit`, and the citation or derivation that proves it."""

    citation_index: int | None
    derivation_index: int | None
    shown: str
    unit: str
    value: Decimal


class Ask(Model):
    """An answer with its evidence, or a refusal with its reason."""

    answer_markdown: str
    ask_id: str
    choices: list[dict[str, Any]]
    citations: list[Citation]
    confidence: dict[str, Any] | None
    created_at: dt.datetime
    derivations: list[dict[str, Any]]
    evidence_class: Literal["kpi", "formula", "extractive", "provider"] | str | None
    fallback_from: str | None
    figures: list[Figure]
    latency_ms: int
    question: str
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
        | str
        | None
    )
    refused: bool
    source: str


class Caveat(Model):
    """What a reader must know beside the number."""

    code: str
    text: str


Depth = (
    Literal["headline_pick", "full_distribution", "scenario_extremes", "comparative_analysis", "deep_dive_educational"]
    | str
)


Devig = Literal["power", "goto", "shin"]


class Explanation(Model):
    """The answer in words, from a template."""

    caveats: list[Caveat]
    summary: str


GoalsIn = TypedDict("GoalsIn", {"lambda": float, "mu": float, "rho": NotRequired[float]})
"""Expected goals of home (`lambda`) and away (`mu`), and the low-score correction `rho`."""


class TimelineEntry(Model):
    """One thing that happened to a job."""

    at: dt.datetime
    detail: dict[str, Any]
    event: str


class UnitCounts(Model):
    """How many units a job has, by state."""

    done: int
    failed: int
    total: int


class Unit(Model):
    """One unit of a job: an accession, or a scan until it is known which."""

    key: str
    problem: dict[str, Any] | None
    progress: int
    result: dict[str, Any] | None
    state: Literal["queued", "running", "succeeded", "failed", "released"] | str


class Job(Model):
    """A job as its owner sees it."""

    attempts: int
    cost: int
    created_at: dt.datetime
    expires_at: dt.datetime
    finished_at: dt.datetime | None
    items: list[Unit]
    job_id: str
    kind: str
    links: dict[str, str]
    problem: dict[str, Any] | None
    progress: int
    quote: int
    request_id: str
    stage: str
    started_at: dt.datetime | None
    status: Literal["queued", "running", "succeeded", "failed", "cancelled", "expired"] | str
    timeline: list[TimelineEntry]
    units: UnitCounts
    waiting_on: str | None


class Key(Model):
    """A key, without its secret."""

    account_id: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    key_id: str
    mode: Literal["live", "test"] | str
    name: str
    replaced_by: str | None
    replaces: str | None
    revoked_at: dt.datetime | None
    scopes: list[str]
    state: Literal["active", "retiring", "expired", "revoked"] | str


class Pin(Model):
    """A provider is kept until an instant."""

    by: str | None
    strict: bool
    until: dt.datetime


class Lease(Model):
    """Who is asked. Every change of the holder raises the epoch by one."""

    acquired_by: str | None
    epoch: int
    held_since: dt.datetime | None
    model: str | None
    next_provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str | None
    pinned: Pin | None
    provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str | None
    reason: str | None
    state: Literal["held", "none"] | str


LeverKind = Literal["absence", "rest", "venue", "weather", "custom"]


Side = Literal["home", "away", "both"]


class LeverIn(TypedDict):
    """A change that the caller puts a number on: above 1 is stronger, in attack as in defence."""

    attack_factor: NotRequired[float | None]
    defence_factor: NotRequired[float | None]
    kind: LeverKind
    rating_shift: NotRequired[float | None]
    side: Side


ModelFamily = Literal["elo", "goals"]


class OddsIn(TypedDict):
    """Decimal odds as seen before kick-off; `draw` belongs to football alone, the totals come as a pair."""

    away: float
    draw: NotRequired[float | None]
    home: float
    over_2_5: NotRequired[float | None]
    seen_at: NotRequired[dt.datetime | None]
    under_2_5: NotRequired[float | None]


class Outcomes(Model):
    """Probabilities of the three outcomes, adding up to exactly one; the draw is 0 where the sport has none."""

    away: float
    draw: float
    home: float


class Relevance(Model):
    """How well the last six indexed filings serve the template: `score` is the best of their weights."""

    coverage_brief: str
    label: Literal["high", "medium", "low"] | str
    score: Decimal


class ScenarioIn(TypedDict):
    """Levers under a name, acting on top of the request's own."""

    levers: Sequence[LeverIn]
    name: str


class SideIn(TypedDict):
    """A competitor: its name, and what the caller knows of it."""

    name: str
    rating: NotRequired[float | None]
    rating_sd: NotRequired[float | None]
    team_id: NotRequired[str | None]


Sport = Literal["football", "basketball", "mma", "other"]


class TemplateRun(Model):
    """A run: its table first, each row with verified citations, then the answer in words.

    `record` is how the company's guidance came out so far; only guidance has one.
    """

    answer_markdown: str
    choices: list[dict[str, Any]]
    citations: list[Citation]
    compare_to: str | None
    confidence: dict[str, Any] | None
    created_at: dt.datetime
    derivations: list[dict[str, Any]]
    evidence_class: Literal["kpi", "formula", "extractive", "provider"] | str | None
    fallback_from: str | None
    figures: list[Figure]
    latency_ms: int
    period: str | None
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
        | str
        | None
    )
    record: dict[str, Any] | None
    refused: bool
    relevance: Relevance
    rendered_question: str
    run_id: str
    source: str
    table: list[dict[str, Any]]
    template_key: str


class Transaction(Model):
    """One transaction: what it moved, and what was there after it."""

    at: dt.datetime
    available: int
    available_after: int
    charged: int
    job_id: str | None
    kind: Literal["grant", "reserve", "settle", "release", "spend", "refund", "adjust"] | str
    note: str | None
    refunds: str | None
    request_id: str | None
    reservation_id: str | None
    reserved: int
    reserved_after: int
    route: str | None
    transaction_id: str
