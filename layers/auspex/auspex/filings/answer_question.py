"""Answer a question with proof: parse, gather evidence, draft, verify against the database, store the ask.

Without a provider an ask is one call of this use case; every refusal is an answer with a reason, and costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from auspex.core.clock import Clock
from auspex.core.database import Connection
from auspex.core.ids import new_id
from auspex.core.problems import IdempotencyKeyReused
from auspex.filings.answers.answer import finish_answer
from auspex.filings.answers.answer_figures import draft_figures
from auspex.filings.answers.answer_sentences import PASSAGES_MAX, draft_sentences
from auspex.filings.answers.companies import KnownCompany
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import FigureIndex, Passage
from auspex.filings.answers.evidence_store import list_lexemes, load_sections, read_idf
from auspex.filings.answers.gather_evidence import Scope, find_passages, needed_metrics, read_statements
from auspex.filings.answers.questions import Intent, ParsedQuestion, parse_question
from auspex.filings.answers.refusals import RefusedError, refuse
from auspex.filings.ask_store import PaidAsk, StoredAsk, find_ask_by_key, insert_ask
from auspex.filings.company_reads import (
    list_candidates,
    list_filed_companies,
    load_companies,
    read_coverage,
)
from auspex.filings.evaluations import confidence_in
from auspex.filings.extraction.figures import Fault
from auspex.filings.extraction.fiscal_periods import FiscalCalendar
from auspex.filings.kpi_reads import list_answer_figures, read_calendar
from auspex.filings.model import Answer, Citation
from auspex.filings.prices import ASK_TOKENS

SOURCE_CORE = "core"


class QueryEmbedder(Protocol):
    """Turns texts into unit vectors of 384 numbers; the model in production, recorded vectors in evaluations."""

    def embed(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), 384)."""
        ...


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """A caller's question. `tickers` are tickers or CIKs; `as_of` None means now."""

    account_id: str
    question: str
    tickers: tuple[str, ...] = ()
    as_of: datetime | None = None
    provider: str = "none"
    idempotency_key: str | None = None
    request_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an ask stands on once company, period and scope are clear: what a provider may be asked about."""

    parsed: ParsedQuestion
    company: KnownCompany | None
    scope: Scope
    draft: Draft | None = None
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, and for operators the faults for which a draft was withheld.

    `standing` is None where no text could answer: no company, period, filing or evidence.
    """

    answer: Answer
    faults: tuple[Fault, ...] = ()
    standing: Standing | None = None


def answer_question(
    connection: Connection, *, clock: Clock, embedder: QueryEmbedder, command: AskQuestion, reservation_id: str
) -> PaidAsk:
    """Answer, store and pay an ask out of its reservation; a repeated idempotency key returns the first answer, unpaid.

    Raises UnknownTicker for a ticker nobody bears, IdempotencyKeyReused for another question under the key; all else
    that cannot be answered is a refusal.
    """
    earlier = find_earlier(connection, command)
    if earlier is not None:
        return earlier
    started = time.perf_counter_ns()
    now = clock.now()
    outcome = find_answer(
        connection, embedder=embedder, question=command.question, tickers=command.tickers, as_of=command.as_of or now
    )
    latency_ms = (time.perf_counter_ns() - started) // 1_000_000
    ask = make_ask(new_id("ask"), command, outcome.answer, latency_ms=latency_ms, at=now)
    return insert_ask(connection, ask, idempotency_key=command.idempotency_key, reservation_id=reservation_id)


class Repeatable(Protocol):
    """A command that a caller may repeat under a key of its own."""

    @property
    def account_id(self) -> str:
        """Who asks."""
        ...

    @property
    def idempotency_key(self) -> str | None:
        """The key, None for a command that is never the same as another."""
        ...

    @property
    def request_sha256(self) -> str:
        """What was asked under it."""
        ...


def find_earlier(connection: Connection, command: Repeatable, *, prefix: str = "") -> PaidAsk | None:
    """Return the ask that this idempotency key made, None when it made none. Raises IdempotencyKeyReused."""
    if command.idempotency_key is None:
        return None
    key = prefix + command.idempotency_key
    earlier = find_ask_by_key(connection, account_id=command.account_id, idempotency_key=key)
    if earlier is None:
        return None
    if earlier.request_sha256 != command.request_sha256:
        raise IdempotencyKeyReused(detail="This Idempotency-Key was used with another question.")
    return PaidAsk(earlier, tokens=None)


def make_ask(
    ask_id: str, command: AskQuestion, answer: Answer, *, latency_ms: int, at: datetime, tokens: int = ASK_TOKENS,
    source: str = SOURCE_CORE, fallback_from: str | None = None,
) -> StoredAsk:  # fmt: skip
    """Return an ask as it is kept and shown; `tokens` is what its answer costs, a refusal costs nothing."""
    return StoredAsk(
        ask_id=ask_id,
        account_id=command.account_id,
        question=command.question,
        params={
            "tickers": list(command.tickers),
            "as_of": command.as_of.isoformat() if command.as_of else None,
            "provider": command.provider,
        },
        request_sha256=command.request_sha256,
        result=result_document(answer, latency_ms=latency_ms, source=source, fallback_from=fallback_from),
        refused=answer.refused,
        evidence_class=answer.evidence_class,
        latency_ms=latency_ms,
        tokens=0 if answer.refused else tokens,
        created_at=at,
    )


def find_answer(
    connection: Connection, *, embedder: QueryEmbedder, question: str, tickers: Sequence[str], as_of: datetime
) -> Outcome:
    """Answer a question from what was known at `as_of`, without storing anything."""
    given = load_companies(connection, tickers, pointer="/tickers") if tickers else ()
    candidates = {c.cik: c for c in (*given, *list_candidates(connection, question))}
    parsed = parse_question(question, list(candidates.values()), as_of.date())
    if parsed.advice:
        return Outcome(refuse("advice_request"))
    try:
        return _answer(connection, embedder, parsed, _company(connection, parsed, given, as_of), as_of)
    except _SeveralCompaniesError as error:
        return Outcome(refuse("ambiguous_company", choices=[_choice(c) for c in error.companies]))
    except RefusedError as error:
        return Outcome(refuse(error.reason, missing=error.missing))


class _SeveralCompaniesError(Exception):
    def __init__(self, companies: Sequence[KnownCompany]) -> None:
        super().__init__("several companies")
        self.companies = companies


def _company(
    connection: Connection, parsed: ParsedQuestion, given: Sequence[KnownCompany], as_of: datetime
) -> KnownCompany | None:
    """Return the one company meant, None when a question of words names none.

    Raises for several companies, and for one of which nothing is stored.
    """
    allowed = {company.cik for company in given}
    named = parsed.companies
    both = [company for company in named if company.cik in allowed]
    chosen = (both or [*given, *named]) if given and named else list(given or named)
    if len(chosen) > 1:
        raise _SeveralCompaniesError(chosen)
    if not chosen:
        if parsed.unknown_tickers:
            raise RefusedError("not_ingested", f"filings of {', '.join(parsed.unknown_tickers)}")
        if parsed.intent != Intent.TEXT:
            raise _SeveralCompaniesError(list_filed_companies(connection, as_of=as_of))
        return None
    if read_coverage(connection, chosen[0].cik, as_of=as_of).filings == 0:
        raise RefusedError("not_ingested", f"filings of {chosen[0].name}")
    return chosen[0]


def _answer(
    connection: Connection,
    embedder: QueryEmbedder,
    parsed: ParsedQuestion,
    company: KnownCompany | None,
    as_of: datetime,
) -> Outcome:
    scope = read_scope(connection, company, as_of) if company else Scope(None, as_of, FiscalCalendar())
    standing = Standing(parsed, company, scope)
    try:
        if company is not None and parsed.intent != Intent.TEXT:
            draft = _draft_figures(connection, embedder, parsed, company, scope)
        else:
            standing = replace(standing, passages=_passages(connection, embedder, standing))
            draft = _draft_sentences(connection, standing)
    except RefusedError as error:
        open_to_text = error.reason == "no_evidence"
        return Outcome(refuse(error.reason, missing=error.missing), standing=standing if open_to_text else None)
    stored = load_sections(connection, [source.section_id for source in draft.sources])
    sections = {section_id: filed.section for section_id, filed in stored.items()}
    answer, faults = finish_answer(draft, sections, basis=parsed.basis)
    return Outcome(answer, faults, replace(standing, draft=draft) if not answer.refused else None)


def read_scope(connection: Connection, company: KnownCompany, as_of: datetime) -> Scope:
    """Return where to look for one company, with its fiscal calendar as its own filings tell it by then."""
    closed = read_coverage(connection, company.cik, as_of=as_of).year_end
    year_end = company.fiscal_year_end or (closed.strftime("%m%d") if closed else None)
    return Scope(company.cik, as_of, read_calendar(connection, cik=company.cik, year_end=year_end, as_of=as_of))


def _draft_figures(
    connection: Connection, embedder: QueryEmbedder, parsed: ParsedQuestion, company: KnownCompany, scope: Scope
) -> Draft:
    """Draft from stored figures; only when they do not suffice, from statements found by search as well."""
    target = parsed.target
    if target is None or target.template is None:
        return draft_figures(parsed, company, FigureIndex([], scope.calendar))
    metrics = needed_metrics(target)
    figures = list_answer_figures(connection, cik=company.cik, metrics=metrics, as_of=scope.as_of)
    try:
        return draft_figures(parsed, company, FigureIndex(figures, scope.calendar))
    except RefusedError:
        embedding = embedder.embed([parsed.content])[0]
        figures += read_statements(
            connection, embedding=embedding, scope=scope, metrics=metrics, periods=parsed.periods
        )
        return draft_figures(parsed, company, FigureIndex(figures, scope.calendar))


def _passages(connection: Connection, embedder: QueryEmbedder, standing: Standing) -> tuple[Passage, ...]:
    """Find the passages about a question; they must be of one company and of the period asked for."""
    parsed, company = standing.parsed, standing.company
    passages = find_passages(
        connection, embedding=embedder.embed([parsed.text])[0], scope=standing.scope, question=parsed,
        top_k=PASSAGES_MAX,
    )  # fmt: skip
    if not passages and parsed.periods and company is not None:
        raise RefusedError("period_missing", f"filings of {company.name} about {parsed.periods[-1].label}")
    ciks = sorted({passage.source.cik for passage in passages})
    if company is None and len(ciks) > 1:
        raise _SeveralCompaniesError(load_companies(connection, [str(cik) for cik in ciks], pointer=""))
    return tuple(passages)


def _draft_sentences(connection: Connection, standing: Standing) -> Draft:
    passages, company = standing.passages, standing.company
    (words,) = list_lexemes(connection, [standing.parsed.evidence])
    idf = read_idf(connection, words)
    names = {passage.source.cik: _name(connection, passage.source.cik, company) for passage in passages}
    calendar = standing.scope.calendar
    return draft_sentences(standing.parsed, passages, idf, company=company, names=names, calendar=calendar)


def _name(connection: Connection, cik: int, company: KnownCompany | None) -> str:
    if company is not None and company.cik == cik:
        return company.name
    (found,) = load_companies(connection, [str(cik)], pointer="")
    return found.name


def _choice(company: KnownCompany) -> dict[str, object]:
    return {"cik": company.cik, "ticker": company.ticker, "name": company.name}


def result_document(
    answer: Answer, *, latency_ms: int, source: str = SOURCE_CORE, fallback_from: str | None = None
) -> dict[str, Any]:
    """Return the reply as JSON values. `confidence` is null where no evaluation has measured such answers."""
    return {
        "answer_markdown": answer.answer_markdown,
        "refused": answer.refused,
        "reason": answer.reason,
        "choices": [dict(choice) for choice in answer.choices],
        "citations": [_citation(citation) for citation in answer.citations],
        "figures": [
            {
                "shown": figure.shown,
                "value": format(figure.value, "f"),
                "unit": figure.unit,
                "citation_index": figure.citation_index,
                "derivation_index": figure.derivation_index,
            }
            for figure in answer.figures
        ],
        "derivations": [dict(derivation) for derivation in answer.derivations],
        "evidence_class": answer.evidence_class,
        "confidence": confidence_in(answer.evidence_class),
        "source": source,
        "fallback_from": fallback_from,
        "latency_ms": latency_ms,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return asdict(citation)
