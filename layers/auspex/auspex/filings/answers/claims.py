"""Checks what a provider claims about retrieved text (FILINGS 7.17 (4) and the rule of figures). Pure.

A claim passes only when each of its quotes stands in the chunk named and each figure, period, direction and basis is
the one that a cited quote states. Whoever wrote the text, a model or an injection in a filing, the rule is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from auspex.filings.answers.evidence import EvidenceFigure, Passage, Source
from auspex.filings.answers.quotes import locate_quote
from auspex.filings.answers.statements import Amount, Clause, Statement, read_statement, same_period
from auspex.filings.answers.vocabulary import load_vocabulary, load_word_list
from auspex.filings.extraction.figures import Fault, ProvenFigure, equals, find_in_quote
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodRef
from auspex.filings.model import Basis, Method, PeriodType

COVERAGE_MIN = 0.6
"""The share of a claim's idf-weighted content words that its quotes must hold."""
_MARKUP = re.compile(r"[`*_<>|\[\]{}\\#]|https?:|www\.|\n")
_WORD = re.compile(r"[^\W\d_][\w'’&.-]*")
_SCALE_WORDS = frozenset({"thousand", "million", "billion", "trillion", "share"})
_COMMON_NAMES = load_word_list("names_of_no_company")


@dataclass(frozen=True, slots=True)
class Quotable:
    """A retrieved chunk as a provider may quote it, with the stored figures that stand in it."""

    chunk_id: str
    passage: Passage
    figures: tuple[EvidenceFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as a provider gave it: its text and (chunk_id, quote) pairs."""

    text: str
    quotes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What the index knows of words: lexemes of texts, idf of lexemes."""

    lexemes: Mapping[str, frozenset[str]]
    idf: Mapping[str, float]


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
    """A number of a claim and what proves it: the place of its quote among the claim's, or of a derived result."""

    shown: str
    value: Decimal
    unit: str
    quote: int | None
    derivation: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim after its check. `faults` forbid it; `weaknesses` (too little of it is in its quotes) only drop it."""

    claim: Claim
    sources: tuple[Source, ...] = ()
    numbers: tuple[ProvenNumber, ...] = ()
    faults: tuple[Fault, ...] = ()
    weaknesses: tuple[Fault, ...] = ()
    periods: tuple[PeriodRef, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether it may be served."""
        return not self.faults and not self.weaknesses


@dataclass(slots=True)
class _Cited:
    """A quote found: where it stands, the whole sentences it belongs to, and the stored figures within it."""

    source: Source
    quotable: Quotable
    statements: list[tuple[int, Statement]] = field(default_factory=list)


def check_claim(claim: Claim, context: Context, words: Words) -> Checked:
    """Return the claim with what proves it, or with every fault found."""
    faults = [Fault("markup", match[0]) for match in _MARKUP.finditer(claim.text)]
    if load_vocabulary().advice.search(claim.text):
        faults.append(Fault("advice", claim.text[:80]))
    cited: list[_Cited] = []
    for chunk_id, quote in claim.quotes:
        found = _cite(chunk_id, quote, context)
        if found is None:
            faults.append(Fault("quote", quote[:80]))
        else:
            cited.append(found)
    if not cited:
        return Checked(claim, faults=tuple(faults) or (Fault("quote", "none"),))
    statement = read_statement(claim.text, names=context.names)
    numbers: list[ProvenNumber] = []
    for amount in statement.amounts:
        proof = _prove(amount, cited, context)
        if proof is None:
            faults.append(Fault("figure", amount.number.text))
        else:
            numbers.append(proof)
    faults += _unread(statement, cited, context)
    faults += _periods(statement, cited, numbers, context)
    weaknesses = [*_coverage(claim, statement, words), *_agreement(statement, cited)]
    return Checked(
        claim,
        sources=tuple(c.source for c in cited),
        numbers=tuple(numbers),
        faults=tuple(faults),
        weaknesses=tuple(weaknesses),
        periods=statement.periods,
    )


def texts_to_stem(claims: Sequence[Claim], context: Context) -> list[str]:
    """Return the texts whose lexemes `Words` must hold to check claims."""
    contents = [read_statement(claim.text, names=context.names).content for claim in claims]
    quotes = [_searchable(quote) for claim in claims for _, quote in claim.quotes]
    return list(dict.fromkeys([*contents, *quotes]))


def _cite(chunk_id: str, quote: str, context: Context) -> _Cited | None:
    quotable = context.quotables.get(chunk_id)
    place = locate_quote(quotable.passage.source.quote, quote) if quotable else None
    if quotable is None or place is None:
        return None
    whole = quotable.passage.source
    start, end = whole.start + place[0], whole.start + place[1]
    source = replace(whole, start=start, end=end, quote=whole.quote[place[0] : place[1]])
    sentences = [s for s in quotable.passage.sentences if s.start < end and start < s.end]
    statements = [(s.start, read_statement(s.text, names=context.names)) for s in sentences]
    return _Cited(source, quotable, statements)


def _prove(amount: Amount, cited: Sequence[_Cited], context: Context) -> ProvenNumber | None:
    """Find the figure of a cited quote, stored or printed, or the derived result that a number repeats."""
    for number, each in enumerate(cited):
        for figure in each.quotable.figures:
            if _stands_within(figure, each.source) and _repeats(amount, figure, context.calendar):
                return ProvenNumber(amount.number.text, figure.value, _unit(amount), number)
        for start, statement in each.statements:
            for printed in statement.amounts:
                inside = each.source.start <= start + printed.number.start
                inside = inside and start + printed.number.end <= each.source.end
                if inside and _agrees(amount, printed, statement, context):
                    return ProvenNumber(amount.number.text, printed.number.value, _unit(amount), number)
    for place, result in enumerate(context.derived):
        if _states(amount, result, context.calendar):
            return ProvenNumber(amount.number.text, result.value, _unit(amount), None, derivation=place)
    return None


def _stands_within(figure: EvidenceFigure, quote: Source) -> bool:
    own = figure.source
    start, end = figure.figure_span or (own.start, own.end)
    same = own.section_id == quote.section_id and own.text_sha256 == quote.text_sha256
    return same and quote.start <= start and end <= quote.end


def _repeats(amount: Amount, figure: EvidenceFigure, calendar: FiscalCalendar) -> bool:
    """Whether a number is a stored figure, which must be printed where it is said to stand, of the period named."""
    other = amount.metrics and figure.metric not in amount.metrics
    if other or figure.method == Method.DERIVED or (amount.currency or figure.currency) != figure.currency:
        return False
    shown = find_in_quote(figure.source.quote, figure.value, scale_shown=figure.scale_shown, outflow=figure.outflow)
    proven = ProvenFigure(
        figure.label, figure.value, figure.kind, ((figure.period_end, figure.period_type),), figure.basis, figure.cik
    )
    return shown is not None and _states(amount, proven, calendar)


def _states(amount: Amount, proven: ProvenFigure, calendar: FiscalCalendar) -> bool:
    """Whether a number in a plain clause is a proven figure: value, kind, basis, and every one of its periods named."""
    clause = amount.clause
    if clause.negated or clause.non_gaap != (proven.basis == Basis.NON_GAAP):
        return False
    if proven.kind in {"currency", "shares", "per_share"} and not clause.base and clause.directions:
        return False
    named = all(_names(amount.periods, period, calendar) for period in proven.periods)
    alone = len(amount.periods) <= len(proven.periods)
    return named and alone and _kind_agrees(amount, proven.kind) and _equals(amount, proven.value)


def _names(periods: Sequence[PeriodRef], period: tuple[date, PeriodType], calendar: FiscalCalendar) -> bool:
    end, length = period
    return any(calendar.matches(ref, period_end=end, period_type=length) for ref in periods)


def _kind_agrees(amount: Amount, kind: str) -> bool:
    if amount.number.percent != (kind in {"percent", "points"}) or amount.points != (kind == "points"):
        return False
    if amount.per_share != (kind == "per_share"):
        return False
    if (amount.currency is not None) != (kind in {"currency", "per_share"}):
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


def _unread(statement: Statement, cited: Sequence[_Cited], context: Context) -> Iterator[Fault]:
    """Digits glued to letters, numbers in words and proper names must stand in a quote as they are."""
    quoted = " ".join(c.source.quote for c in cited)
    tokens = {token.strip(".,;:()\"'“”") for token in quoted.split()}
    lowered = {word.lower().rstrip(".") for word in _WORD.findall(quoted)}
    allowed = lowered | {w.lower().rstrip(".") for name in context.names for w in _WORD.findall(name)} | _COMMON_NAMES
    yield from (Fault("figure", token) for token in sorted(statement.unread - tokens))
    yield from (Fault("figure", word) for word in sorted(statement.number_words - lowered))
    for word in _WORD.findall(statement.content)[1:]:
        plain = word.rstrip(".").removesuffix("'s").removesuffix("’s")
        if plain[:1].isupper() and plain.lower() not in allowed:
            yield Fault("name", word)


def _periods(
    statement: Statement, cited: Sequence[_Cited], numbers: Sequence[ProvenNumber], context: Context
) -> Iterator[Fault]:
    """Every period named must be named by a quote, or be that of a stored figure or result that the claim repeats."""
    quoted = [ref for c in cited for _, s in c.statements for ref in s.periods]
    stored = [
        (f.period_end, f.period_type)
        for c in cited
        for f in c.quotable.figures
        if _stands_within(f, c.source) and any(n.value == f.value for n in numbers)
    ]
    stored += [p for n in numbers if n.derivation is not None for p in context.derived[n.derivation].periods]
    for ref in statement.periods:
        known = any(same_period(ref, other, context.calendar) for other in quoted)
        known = known or any(_names([ref], period, context.calendar) for period in stored)
        if not known:
            yield Fault("period", statement.text[ref.start : ref.end])


def _coverage(claim: Claim, statement: Statement, words: Words) -> Iterator[Fault]:
    """At least 0.6 of the idf-weighted content words must occur in the quotes."""
    lexemes = {x for x in words.lexemes.get(statement.content, frozenset()) if not x[:1].isdigit()}
    quoted = frozenset().union(*(words.lexemes.get(_searchable(quote), frozenset()) for _, quote in claim.quotes))
    total = sum(words.idf.get(lexeme, 0.0) for lexeme in lexemes)
    held = sum(words.idf.get(lexeme, 0.0) for lexeme in lexemes & quoted)
    if total <= 0 or held / total < COVERAGE_MIN:
        yield Fault("coverage", statement.content[:80])


def _agreement(statement: Statement, cited: Sequence[_Cited]) -> Iterator[Fault]:
    """Each clause must deny and point in the direction that the quotes' clause most like it does."""
    theirs = [clause for c in cited for _, s in c.statements for clause in s.clauses]
    amounts = {amount.clause for amount in statement.amounts}
    for clause in statement.clauses:
        if not clause.negated and (not clause.directions or clause in amounts):
            alike = _most_alike(clause, theirs)
            if alike is not None and alike.negated and clause not in amounts:
                yield Fault("negation", statement.text[clause.start : clause.end].strip())
            continue
        alike = _most_alike(clause, theirs)
        if alike is None or (clause.negated, clause.directions) != (alike.negated, alike.directions):
            yield Fault("negation", statement.text[clause.start : clause.end].strip())


def _most_alike(clause: Clause, others: Sequence[Clause]) -> Clause | None:
    found = max(others, key=lambda other: len(clause.words & other.words), default=None)
    return found if found is not None and clause.words & found.words else None


def _searchable(quote: str) -> str:
    return " ".join(quote.split())
