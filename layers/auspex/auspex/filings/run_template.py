"""Run an ask template: relevance first, the table from what was known, prose by a provider where one is wanted."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from auspex.core.clock import Clock
from auspex.core.database import Connection, transaction
from auspex.core.ids import new_id
from auspex.core.limits import ASK_SECONDS_MAX, TEMPLATE_PASSAGES_MAX
from auspex.core.problems import ValidationFailed, pointer_error
from auspex.filings.answer_question import SOURCE_CORE, Standing, find_earlier, read_scope, result_document
from auspex.filings.answers.answer import finish_answer
from auspex.filings.answers.citations import StoredSection
from auspex.filings.answers.companies import KnownCompany
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import Passage, Source
from auspex.filings.answers.evidence_store import load_sections
from auspex.filings.answers.questions import parse_question
from auspex.filings.answers.refusals import RefusedError, refuse
from auspex.filings.ask_provider import Material, Offer, ask_provider, gather_material
from auspex.filings.ask_question import insert_fenced
from auspex.filings.ask_store import PaidAsk, StoredAsk, insert_ask
from auspex.filings.build_table import BuiltTable, Wanted, build_table
from auspex.filings.company_reads import load_company, read_coverage
from auspex.filings.extraction.fiscal_periods import PeriodRef
from auspex.filings.model import Answer, Basis, Citation
from auspex.filings.prices import ASK_PROVIDER_TOKENS, ASK_TOKENS
from auspex.filings.template_reads import list_recent_filings, load_template
from auspex.filings.templates.model import Relevance, Row, Template
from auspex.filings.templates.periods import STEPS, read_period
from auspex.filings.templates.relevance import rate_relevance
from auspex.providers.settings import is_any_configured

KEY_PREFIX = "ask-template-run:"
"""Runs and asks share a table, not their idempotency keys."""
LATEST_WORDS, EARLIER_WORDS = "the latest period", "the period before"


@dataclass(frozen=True, slots=True)
class RunTemplate:
    """A caller's run; `period` and `compare_to` as given, `as_of` None means now."""

    account_id: str
    template_key: str
    ticker: str
    period: str | None = None
    compare_to: str | None = None
    is_forced: bool = False
    as_of: datetime | None = None
    provider: str = "none"
    idempotency_key: str | None = None
    request_sha256: str = ""


@dataclass(slots=True)
class _Found:
    """What the core found: the answer, its table, and what a provider may be asked about."""

    question: str
    answer: Answer
    company: KnownCompany
    relevance: Relevance
    rows: list[dict[str, Any]] = field(default_factory=list)
    built: BuiltTable | None = None
    material: Material | None = None


def run_template(*, clock: Clock, command: RunTemplate, reservation_id: str) -> PaidAsk:
    """Run a template, store and pay it; a repeated idempotency key returns the first run, unpaid.

    Opens its own transactions: none may be open while a provider is asked. Raises NotFound for an unknown template,
    UnknownTicker, ValidationFailed for a period that names none, IdempotencyKeyReused.
    """
    wanted = Wanted(_period(command.period, "/period"), _compare_to(command.compare_to))
    started = time.monotonic()
    at, run_id = clock.now(), new_id("ask")
    with transaction() as connection:
        earlier = find_earlier(connection, command, prefix=KEY_PREFIX)
        if earlier is not None:
            return earlier
        found = _find(connection, command, wanted, command.as_of or at)
        if found.material is None:
            ask = _make_run(run_id, command, found, found.answer, clock=clock, started=started)
            return insert_ask(connection, ask, idempotency_key=_key(command), reservation_id=reservation_id)
    offer = ask_provider(found.material, clock=clock, ref_id=run_id, deadline=started + ASK_SECONDS_MAX)
    return _store(run_id, command, found, offer, clock=clock, started=started, reservation_id=reservation_id)


def _store(
    run_id: str, command: RunTemplate, found: _Found, offer: Offer, *, clock: Clock, started: float,
    reservation_id: str,
) -> PaidAsk:  # fmt: skip
    """Store and pay the provider's prose while its epoch stands, else the core's: one transaction."""
    fallback_from = offer.fallback_from
    with transaction() as connection:
        if offer.answer is not None and offer.result is not None:
            ask = _make_run(
                run_id, command, found, offer.answer, clock=clock, started=started, tokens=ASK_PROVIDER_TOKENS,
                source=offer.source,
            )  # fmt: skip
            paid = insert_fenced(connection, ask, offer.result, key=_key(command), reservation_id=reservation_id)
            if paid is not None:
                return paid
            fallback_from = offer.source
        ask = _make_run(
            run_id, command, found, found.answer, clock=clock, started=started, fallback_from=fallback_from
        )  # fmt: skip
        return insert_ask(connection, ask, idempotency_key=_key(command), reservation_id=reservation_id)


def _find(connection: Connection, command: RunTemplate, wanted: Wanted, as_of: datetime) -> _Found:
    template = load_template(connection, account_id=command.account_id, template_key=command.template_key)
    company = load_company(connection, command.ticker, pointer="/ticker")
    relevance = rate_relevance(list_recent_filings(connection, cik=company.cik, as_of=as_of), template.rules)
    question = _rendered(template, company, command.period or LATEST_WORDS, command.compare_to or EARLIER_WORDS)
    if read_coverage(connection, company.cik, as_of=as_of).filings == 0:
        missing = f"filings of {company.name}"
        return _Found(question, refuse("not_ingested", missing=missing), company, relevance)
    if relevance.label == "low" and not command.is_forced:
        return _Found(question, refuse("low_relevance"), company, relevance)
    scope = read_scope(connection, company, as_of)
    try:
        built = build_table(connection, template, company=company, scope=scope, wanted=wanted)
    except RefusedError as error:
        return _Found(question, refuse(error.reason, missing=error.missing), company, relevance)
    question = _rendered(template, company, built.period, built.compare_to or EARLIER_WORDS)
    sections = _sections(connection, built.draft)
    answer, _ = finish_answer(built.draft, sections, basis=Basis.GAAP)
    if answer.refused:
        return _Found(question, answer, company, relevance)
    places = dict(zip(built.draft.sources, answer.citations, strict=True))
    found = _Found(question, answer, company, relevance, [_row(row, places) for row in built.rows], built)
    if command.provider != "none" and is_any_configured() and built.draft.sources:
        parsed = parse_question(question, [company], as_of.date())
        standing = Standing(parsed, company, scope, built.draft, _passages(built.draft))
        found.material = gather_material(connection, standing, embedder=None, question=question)
    return found


def _sections(connection: Connection, draft: Draft) -> dict[str, StoredSection]:
    stored = load_sections(connection, [source.section_id for source in draft.sources])
    return {section_id: filed.section for section_id, filed in stored.items()}


def _passages(draft: Draft) -> tuple[Passage, ...]:
    """Return the places that prove the table as passages which a provider may quote."""
    shown = draft.sources[:TEMPLATE_PASSAGES_MAX]
    return tuple(Passage(rank, source, "text", (), frozenset()) for rank, source in enumerate(shown, start=1))


def _make_run(
    run_id: str, command: RunTemplate, found: _Found, answer: Answer, *, clock: Clock, started: float,
    tokens: int = ASK_TOKENS, source: str = SOURCE_CORE, fallback_from: str | None = None,
) -> StoredAsk:  # fmt: skip
    """Return a run as it is kept and shown; a refusal costs nothing."""
    latency_ms = round((time.monotonic() - started) * 1000)
    built = found.built
    shown = result_document(answer, latency_ms=latency_ms, source=source, fallback_from=fallback_from) | {
        "period": built.period if built else None,
        "compare_to": built.compare_to if built else None,
        "relevance": {
            "label": found.relevance.label, "score": str(found.relevance.score),
            "coverage_brief": found.relevance.coverage_brief,
        },
        "table": found.rows,
        "record": _plain(built.record) if built else None,
    }  # fmt: skip
    return StoredAsk(
        ask_id=run_id,
        account_id=command.account_id,
        question=found.question,
        params={
            "tickers": [command.ticker], "period": command.period, "compare_to": command.compare_to,
            "force": command.is_forced, "as_of": command.as_of.isoformat() if command.as_of else None,
            "provider": command.provider,
        },
        request_sha256=command.request_sha256,
        result=shown,
        refused=answer.refused,
        evidence_class=answer.evidence_class,
        latency_ms=latency_ms,
        tokens=0 if answer.refused else tokens,
        created_at=clock.now(),
        template_key=command.template_key,
    )  # fmt: skip


def _row(row: Row, places: dict[Source, Citation]) -> dict[str, Any]:
    """Return a row as JSON values with the verified citations of its figures."""
    shown: dict[str, Any] = _plain(row.fields)
    return shown | {
        "citations": [_plain_citation(places[source]) for source in row.sources],
        "compare_citations": [_plain_citation(places[source]) for source in row.compare_sources],
    }


def _plain_citation(citation: Citation) -> dict[str, Any]:
    return {name: getattr(citation, name) for name in Citation.__slots__}


def _plain(value: Any) -> Any:
    """Return a value as JSON: decimals as plain strings, days and instants as ISO text."""
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case Decimal():
            return format(value.normalize(), "f")
        case datetime() | date():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return value


def _rendered(template: Template, company: KnownCompany, period: str, compare_to: str) -> str:
    words = {"{company}": company.name, "{period}": period, "{compare_to}": compare_to}
    question = template.question
    for name, value in words.items():
        question = question.replace(name, value)
    return question


def _period(words: str | None, pointer: str) -> PeriodRef | None:
    if words is None:
        return None
    ref = read_period(words)
    if ref is None:
        message = "name one period, such as Q3 2024, FY2024, last quarter or 2024-09-30"
        raise ValidationFailed(detail=message, errors=[pointer_error(pointer, message)])
    return ref


def _compare_to(words: str | None) -> str | PeriodRef | None:
    return words if words in STEPS else _period(words, "/compare_to")


def _key(command: RunTemplate) -> str | None:
    return None if command.idempotency_key is None else KEY_PREFIX + command.idempotency_key
