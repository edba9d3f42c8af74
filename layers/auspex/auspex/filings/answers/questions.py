"""Turns a question into filters and a target: which company, which period, which figure or formula, compared with what.

A company or period that is named becomes a filter (FILINGS 7.16). A figure is only looked up when every word of the
question is understood: "iPhone revenue" must never be answered with total revenue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from auspex.filings.answers.companies import CompanyMention, KnownCompany, find_companies
from auspex.filings.answers.definitions import Definition, find_definitions
from auspex.filings.answers.formulas import FORMULAS, names, parse
from auspex.filings.answers.question_words import (
    ADJUSTED,
    AVERAGE,
    CHANGE,
    GROWTH,
    INSTRUCTION,
    PRIOR_QUARTER,
    PRIOR_YEAR,
    QUESTION_CLAUSE,
    RATIO_OF,
    TEXT_QUESTION,
    content_words,
    evidence_words,
    unexplained_words,
)
from auspex.filings.answers.vocabulary import STATEMENT_WEIGHT, VOCABULARY_WEIGHT, Mention, Vocabulary, load_vocabulary
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodRef, parse_periods
from auspex.filings.model import Basis

QUESTION_CHARACTERS_MAX = 2_000
_MARKED_TICKER = re.compile(r"\$[A-Za-z]{1,6}\b")


class Intent(StrEnum):
    """What kind of answer is wanted."""

    FIGURE = "figure"
    COMPARISON = "comparison"
    GROWTH = "growth"
    AVERAGE = "average"
    TEXT = "text"


class Compare(StrEnum):
    """What a figure is compared with."""

    PRIOR_QUARTER = "prior_quarter"
    PRIOR_YEAR = "prior_year"
    NAMED = "named"


@dataclass(frozen=True, slots=True)
class Target:
    """The figure asked for: a template over metrics (a bare metric name is a KPI), its label and unit.

    `unit` is currency, per_share, shares, percent, times or days. `template` is None when a stated definition
    could not be read: then no other formula may stand in for it.
    """

    key: str
    label: str
    template: str | None
    unit: str
    alternatives: tuple[str, ...] = ()

    @property
    def is_metric(self) -> bool:
        """Whether the target is one reported figure rather than a formula."""
        return self.template == self.key and self.key not in FORMULAS

    def metrics(self) -> tuple[str, ...]:
        """Return the metrics that the template and its alternatives use."""
        templates = [t for t in (self.template, *self.alternatives) if t is not None]
        return tuple(dict.fromkeys(name for t in templates for name in names(parse(t))))


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question as understood. `scale` is the asked power of ten of the unit, `decimals` the asked rounding."""

    text: str
    mentions: tuple[CompanyMention, ...]
    periods: tuple[PeriodRef, ...]
    intent: Intent
    target: Target | None
    compare: Compare | None
    basis: Basis
    advice: bool
    content: str
    statements: tuple[str, ...]
    expansions: tuple[tuple[str, float], ...]
    scale: int | None = None
    decimals: int | None = None
    unknown_tickers: tuple[str, ...] = ()

    @property
    def companies(self) -> tuple[KnownCompany, ...]:
        """The companies named, each once."""
        return tuple({c.cik: c for m in self.mentions for c in m.companies}.values())

    @property
    def ciks(self) -> tuple[int, ...]:
        """CIKs of the companies named."""
        return tuple(company.cik for company in self.companies)

    @property
    def ambiguous(self) -> bool:
        """Whether a name fits several companies or several companies are named."""
        return len(self.companies) > 1

    @property
    def evidence(self) -> str:
        """The words that an answer in sentences is measured by."""
        return evidence_words(self.content)

    @property
    def terms(self) -> tuple[tuple[str, float], ...]:
        """What to search for: the question's own words and the vocabulary's, with weights."""
        return ((self.content, 1.0), *self.expansions)

    def window(self, calendar: FiscalCalendar) -> tuple[date, date] | None:
        """Return the span of report dates of the latest named period (inclusive), None when none is named."""
        windows = [w for ref in self.periods if (w := calendar.window(ref)) is not None]
        return max(windows, key=lambda w: w[1]) if windows else None


def parse_question(text: str, companies: Sequence[KnownCompany], today: date) -> ParsedQuestion:
    """Read a question with the companies it may name; `today` bounds the years that can be meant."""
    vocabulary = load_vocabulary()
    plain = text.strip()[:QUESTION_CHARACTERS_MAX]
    definitions = find_definitions(plain, vocabulary)
    asked = _blank_out(plain, [(d.start, d.end) for d in definitions])
    mentions = find_companies(asked, companies)
    unnamed = _blank_out(asked, [(m.start, m.end) for m in mentions])
    clause_start, clause_end = _clause(unnamed, vocabulary)
    clause = unnamed[clause_start:clause_end]
    phrases = vocabulary.mentions(clause)
    periods = _distinct_periods(clause, unnamed, today)
    target = _target(clause, phrases, definitions, vocabulary)
    compare, intent = _shape(clause, target, periods)
    if target is not None and intent != Intent.TEXT and unexplained_words(clause, phrases, parse_periods(clause)):
        intent = Intent.TEXT
    if intent == Intent.TEXT:
        target, compare = None, None
    statements = tuple(dict.fromkeys(m.key for m in vocabulary.mentions(unnamed) if m.kind == "statement"))
    return ParsedQuestion(
        text=plain,
        mentions=mentions,
        periods=periods,
        intent=intent,
        target=target,
        compare=compare,
        basis=Basis.NON_GAAP if ADJUSTED.search(asked) else Basis.GAAP,
        advice=bool(vocabulary.advice.search(plain)),
        content=content_words(unnamed),
        statements=statements,
        expansions=_expansions(clause, phrases, target, statements, vocabulary),
        scale=_asked_scale(plain),
        decimals=_asked_decimals(plain),
        unknown_tickers=tuple(dict.fromkeys(m[0] for m in _MARKED_TICKER.finditer(unnamed))),
    )


def _blank_out(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text with spans replaced by blanks, so that places stay valid."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _clause(text: str, vocabulary: Vocabulary) -> tuple[int, int]:
    """Return the span of the sentence that asks, leaving introductions and instructions out."""
    clauses = [(m.start("clause"), m.end("clause")) for m in QUESTION_CLAUSE.finditer(text)]
    for start, end in clauses:
        if any(mention.kind != "statement" for mention in vocabulary.mentions(text[start:end])):
            return start, end
    if clauses:
        return clauses[0]
    instruction = INSTRUCTION.search(text)
    return 0, instruction.start() if instruction and instruction.start() > 0 else len(text)


def _distinct_periods(clause: str, text: str, today: date) -> tuple[PeriodRef, ...]:
    refs = parse_periods(clause) or parse_periods(text)
    distinct = {ref.identity: ref for ref in refs if ref.year is None or ref.year <= today.year + 2}
    return tuple(distinct.values())


def _target(
    clause: str, phrases: Sequence[Mention], definitions: Sequence[Definition], vocabulary: Vocabulary
) -> Target | None:
    """Return what is asked for: a stated ratio of two metrics, a formula, or the first metric."""
    wanted = [m for m in phrases if m.kind != "statement"]
    ratio = next((r for r in RATIO_OF.finditer(clause) if not any(m.start <= r.start() < m.end for m in wanted)), None)
    if ratio is not None:
        return _stated_ratio(ratio, wanted, vocabulary)
    if not wanted:
        return None
    chosen = next((m for m in wanted if m.kind == "formula"), wanted[0])
    if chosen.kind == "metric":
        metric = vocabulary.metrics[chosen.key]
        return Target(metric.key, metric.label, metric.key, metric.unit)
    formula = FORMULAS[chosen.key]
    stated = next((d for d in definitions if d.key == chosen.key), None)
    if stated is not None:
        return Target(formula.key, formula.label, stated.template, formula.unit)
    if any(d.template is None for d in definitions):
        return Target(formula.key, formula.label, None, formula.unit)
    return Target(formula.key, formula.label, formula.template, formula.unit, formula.alternatives)


def _stated_ratio(ratio: re.Match[str], wanted: Sequence[Mention], vocabulary: Vocabulary) -> Target | None:
    """Return "<metric> as a % of <metric>" or "<metric> % margin"; None when either side is not a known metric."""
    parts = [m for m in wanted if m.kind == "metric"]
    over = [m.key for m in parts if m.end <= ratio.start()]
    under = [m.key for m in parts if m.start >= ratio.end()] if ratio["of"] else ["revenue"]
    if not over or not under:
        return None
    above, below = over[-1], under[0]
    label = f"{vocabulary.metrics[above].label} as a share of {vocabulary.metrics[below].label.lower()}"
    return Target(f"{above}_to_{below}", label, f"{above} / {below}", "percent")


def _shape(clause: str, target: Target | None, periods: Sequence[PeriodRef]) -> tuple[Compare | None, Intent]:
    """Return what the figure is compared with and the kind of answer."""
    if target is None or TEXT_QUESTION.search(clause):
        return None, Intent.TEXT
    if AVERAGE.search(clause):
        return None, Intent.AVERAGE
    growth, change = GROWTH.search(clause), CHANGE.search(clause)
    compare = None
    if PRIOR_QUARTER.search(clause):
        compare = Compare.PRIOR_QUARTER
    elif len(periods) == 2 and (growth or change):
        compare = Compare.NAMED
    elif PRIOR_YEAR.search(clause) or growth or change:
        compare = Compare.PRIOR_YEAR
    if compare is None:
        return None, Intent.FIGURE
    return compare, Intent.GROWTH if growth and target.unit != "percent" else Intent.COMPARISON


def _expansions(
    clause: str, phrases: Sequence[Mention], target: Target | None, statements: Sequence[str], vocabulary: Vocabulary
) -> tuple[tuple[str, float], ...]:
    metrics = [m.key for m in phrases if m.kind == "metric"]
    for mention in phrases:
        if mention.kind == "formula":
            metrics.extend(names(parse(FORMULAS[mention.key].template)))
    if target is not None and target.template is not None:
        metrics.extend(target.metrics())
    terms: dict[str, float] = {}
    for key in dict.fromkeys(metrics):
        if key in vocabulary.metrics:
            terms.update(dict.fromkeys(vocabulary.metrics[key].terms, VOCABULARY_WEIGHT))
    for phrase, words in vocabulary.expansions.items():
        if re.search(rf"\b{phrase}", clause, re.IGNORECASE):
            terms.update(dict.fromkeys(words, VOCABULARY_WEIGHT))
    implied = [vocabulary.metrics[k].statement for k in dict.fromkeys(metrics) if k in vocabulary.metrics]
    for key in dict.fromkeys([*statements, *implied]):
        terms.update(dict.fromkeys(vocabulary.statement_terms[key], STATEMENT_WEIGHT))
    return tuple(terms.items())


_ASKED_SCALE = re.compile(
    r"\b(?:in|units of)\s+(?:USD|US dollars|dollars|\$)?\s*(thousands|millions|billions)\b", re.IGNORECASE
)


def _asked_scale(text: str) -> int | None:
    match = _ASKED_SCALE.search(text)
    return {"thousands": 3, "millions": 6, "billions": 9}[match[1].lower()] if match else None


def _asked_decimals(text: str) -> int | None:
    match = re.search(r"\bround(?:ed)?\b.{0,30}?\bto\s+(one|two|three|\d)\s+decimal", text, re.IGNORECASE)
    return {"one": 1, "two": 2, "three": 3}.get(match[1].lower()) or int(match[1]) if match else None
