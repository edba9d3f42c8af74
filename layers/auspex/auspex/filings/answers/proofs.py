"""Proves a number that a provider writes: a stored figure, a number printed in a quote, or a derived result. Pure.

A number is proven only as what it is called: metric, value, unit, sign, period, basis, and the clause around it agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from auspex.filings.answers.drafts import AMOUNTS
from auspex.filings.answers.evidence import EvidenceFigure, Passage, Source
from auspex.filings.answers.statements import Amount, Clause, Statement, same_period
from auspex.filings.answers.vocabulary import load_vocabulary
from auspex.filings.extraction.figures import ProvenFigure, equals, find_in_quote
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodRef
from auspex.filings.model import Basis, Method, PeriodType

_CHANGED = re.compile(
    r"\bchang(?:e|es|ed)\b|\b(?:in|de)creas\w*|\bgr[eo]w\w*|\bros[e]\b|\bris(?:e|es|en|ing)\b", re.IGNORECASE
)
_AVERAGED = re.compile(r"\baverage[ds]?\b", re.IGNORECASE)
_SCALE_WORDS = frozenset({"thousand", "million", "billion", "trillion", "share"})


@dataclass(frozen=True, slots=True)
class Quotable:
    """A retrieved chunk as a provider may quote it, with the stored figures that stand in it."""

    chunk_id: str
    passage: Passage
    figures: tuple[EvidenceFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What every claim of an ask is checked against. `derived` are results of shown formulas."""

    quotables: Mapping[str, Quotable]
    calendar: FiscalCalendar
    names: tuple[str, ...] = ()
    asked: tuple[PeriodRef, ...] = ()
    derived: tuple[ProvenFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvenNumber:
    """A number of a claim and what proves it: the place of its quote among the claim's, or of a derived result.

    `label` is what a stored figure or a result is called; a number printed in running text has none.
    """

    shown: str
    value: Decimal
    unit: str
    quote: int | None
    derivation: int | None = None
    label: str | None = None


@dataclass(slots=True)
class Cited:
    """A quote found: where it stands, the whole sentences it belongs to, and the stored figures within it."""

    source: Source
    quotable: Quotable
    statements: list[tuple[int, Statement]] = field(default_factory=list)


def prove_amount(amount: Amount, said: Statement, cited: Sequence[Cited], context: Context) -> ProvenNumber | None:
    """Find the figure of a cited quote, stored or printed, or the derived result that a number repeats."""
    for number, each in enumerate(cited):
        for figure in each.quotable.figures:
            if stands_within(figure, each.source) and _repeats(amount, said, figure, context.calendar):
                return ProvenNumber(amount.number.text, figure.value, _unit(amount), number, label=figure.label)
        for start, statement in each.statements:
            for printed in statement.amounts:
                inside = each.source.start <= start + printed.number.start
                inside = inside and start + printed.number.end <= each.source.end
                if inside and _agrees(amount, printed, statement, context):
                    return ProvenNumber(amount.number.text, printed.number.value, _unit(amount), number)
    for place, result in enumerate(context.derived):
        if _is_called(amount, said, result) and _states(amount, result, context.calendar):
            return ProvenNumber(amount.number.text, result.value, _unit(amount), None, place, result.label)
    return None


def _is_called(amount: Amount, said: Statement, result: ProvenFigure) -> bool:
    """Whether a sentence calls a number what a derived result is: its metrics, no other; its change or its average."""
    own = frozenset(m.key for m in load_vocabulary().mentions(result.label) if m.kind != "statement")
    if not own or amount.metrics != own:
        return False
    if any((w.search(result.label) is None) != (w.search(said.text) is None) for w in (_CHANGED, _AVERAGED)):
        return False
    return not amount.clause.directions or (amount.clause.directions == {"up"} and result.value > 0)


def stands_within(figure: EvidenceFigure, quote: Source) -> bool:
    """Tell whether a stored figure is printed within a quote of the same stored text."""
    own = figure.source
    start, end = figure.figure_span or (own.start, own.end)
    same = own.section_id == quote.section_id and own.text_sha256 == quote.text_sha256
    return same and quote.start <= start and end <= quote.end


def _repeats(amount: Amount, said: Statement, figure: EvidenceFigure, calendar: FiscalCalendar) -> bool:
    """Whether a number is a stored figure, which must be printed where it is said to stand, of the period named."""
    other = amount.metrics and figure.metric not in amount.metrics
    clause = _clause_text(amount, said)
    if other or _CHANGED.search(clause) or _AVERAGED.search(clause):
        return False
    if figure.method == Method.DERIVED or (amount.currency or figure.currency) != figure.currency:
        return False
    shown = find_in_quote(figure.source.quote, figure.value, scale_shown=figure.scale_shown, outflow=figure.outflow)
    proven = ProvenFigure(
        figure.label, figure.value, figure.kind, ((figure.period_end, figure.period_type),), figure.basis, figure.cik,
        figure.currency if figure.kind in AMOUNTS else None,
    )  # fmt: skip
    return shown is not None and _states(amount, proven, calendar)


def _clause_text(amount: Amount, said: Statement) -> str:
    starts = [clause.start for clause in said.clauses if clause.start > amount.clause.start]
    return said.text[amount.clause.start : min(starts, default=len(said.text))]


def _states(amount: Amount, proven: ProvenFigure, calendar: FiscalCalendar) -> bool:
    """Whether a number in a plain clause is a proven figure: value, kind, basis, and every one of its periods named."""
    clause = amount.clause
    if clause.negated or clause.non_gaap != (proven.basis == Basis.NON_GAAP):
        return False
    if proven.kind in {"currency", "shares", "per_share"} and not clause.base and clause.directions:
        return False
    named = all(names_period(amount.periods, period, calendar) for period in proven.periods)
    alone = len(amount.periods) <= len(proven.periods)
    same_unit = amount.currency == proven.currency and _kind_agrees(amount, proven.kind)
    return named and alone and same_unit and _equals(amount, proven.value)


def names_period(periods: Sequence[PeriodRef], period: tuple[date, PeriodType], calendar: FiscalCalendar) -> bool:
    """Tell whether one of the mentions names a reported period."""
    end, length = period
    return any(calendar.matches(ref, period_end=end, period_type=length) for ref in periods)


def _kind_agrees(amount: Amount, kind: str) -> bool:
    if amount.number.percent != (kind in {"percent", "points"}) or amount.points != (kind == "points"):
        return False
    if amount.per_share != (kind == "per_share"):
        return False
    return amount.noun in {"shares": {"shares"}, "days": {"days"}}.get(kind, {None})


def _equals(amount: Amount, value: Decimal) -> bool:
    """Equal to half the last shown digit; a zero is only a zero."""
    return equals(amount.number, value) and (amount.number.value == 0) == (value == 0)


def _agrees(amount: Amount, printed: Amount, quoted: Statement, context: Context) -> bool:
    """Whether a number says what a printed one says: value, unit, metric, and the clause around both."""
    if not amount.metrics <= frozenset().union(*(clause.metrics for clause in quoted.clauses)):
        return False
    ours, theirs = amount.clause, printed.clause
    if not _equals(amount, printed.number.value) or amount.number.percent != printed.number.percent:
        return False
    units = (amount.currency, amount.per_share, amount.noun, amount.points)
    if units != (printed.currency, printed.per_share, printed.noun, printed.points):
        return False
    said = (ours.negated, ours.directions, ours.non_gaap, ours.base)
    if said != (theirs.negated, theirs.directions, theirs.non_gaap, theirs.base):
        return False
    if theirs.words - _SCALE_WORDS and (ours.words - theirs.words) & _words_of_others(theirs, quoted):
        return False
    return _same_periods(amount.periods or context.asked, printed.periods, context, stated=bool(amount.periods))


def _words_of_others(clause: Clause, quoted: Statement) -> frozenset[str]:
    """Return what the other clauses of a quote speak of: none of it is said of this clause's figure."""
    return frozenset().union(*(other.words for other in quoted.clauses if other is not clause))


def _same_periods(ours: Sequence[PeriodRef], theirs: Sequence[PeriodRef], context: Context, *, stated: bool) -> bool:
    """Whether both name the same periods; a claim that names none speaks of the period asked for."""
    if not theirs:
        return not stated
    if not all(any(same_period(t, o, context.calendar) for o in ours) for t in theirs):
        return False
    return not stated or all(any(same_period(o, t, context.calendar) for t in theirs) for o in ours)


def _unit(amount: Amount) -> str:
    if amount.number.percent:
        return "points" if amount.points else "percent"
    if amount.currency is not None:
        return f"{amount.currency}/share" if amount.per_share else amount.currency
    return amount.noun or "number"
