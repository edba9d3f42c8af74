"""Checks what a provider claims about retrieved text (FILINGS 7.17 (4) and the rule of figures). Pure.

A claim passes only when each of its quotes stands in the chunk named and each figure, period, direction and basis is
the one that a cited quote states. Whoever wrote the text, a model or an injection in a filing, the rule is the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from auspex.filings.answers.evidence import Source
from auspex.filings.answers.proofs import (
    Cited,
    Context,
    ProvenNumber,
    names_period,
    prove_amount,
    stands_within,
)
from auspex.filings.answers.quotes import locate_quote
from auspex.filings.answers.statements import Clause, Statement, count_directions, read_statement, same_period
from auspex.filings.answers.vocabulary import load_vocabulary, load_word_list
from auspex.filings.extraction.figures import Fault, list_exempt
from auspex.filings.extraction.fiscal_periods import PeriodRef

COVERAGE_MIN = 0.6
"""The share of a claim's idf-weighted content words that its quotes must hold."""
_MARKUP = re.compile(r"[`*_<>|\[\]{}\\#]|https?:|www\.|\n")
_WORD = re.compile(r"[^\W\d_][\w'’&.-]*")
_SIMPLE_WORD = re.compile(r"[^\W\d_]+")
_COMMON_NAMES = load_word_list("names_of_no_company")
_OPENERS = load_word_list("stop") | load_word_list("function_words") | load_word_list("plain")
"""Words that may open a sentence without standing in a quote: whatever else is written large there may be a name."""
_MEASURES = load_word_list("measures")


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


def check_claim(claim: Claim, context: Context, words: Words) -> Checked:
    """Return the claim with what proves it, or with every fault found."""
    faults = [Fault("markup", match[0]) for match in _MARKUP.finditer(claim.text)]
    if load_vocabulary().advice.search(claim.text):
        faults.append(Fault("advice", claim.text[:80]))
    cited: list[Cited] = []
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
        proof = prove_amount(amount, statement, cited, context)
        if proof is None:
            faults.append(Fault("figure", amount.number.text))
        else:
            numbers.append(proof)
    faults += _unread(claim, statement, cited, context)
    faults += _periods(statement, cited, numbers, context)
    weaknesses = [
        *_coverage(claim, statement, numbers, words),
        *_agreement(statement, cited),
        *_measures(statement, cited, numbers),
    ]
    weaknesses += [*_repeated(statement, cited), *_turned(statement, cited, numbers)]
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
    labels = [figure.label for quotable in context.quotables.values() for figure in quotable.figures]
    labels += [result.label for result in context.derived]
    return list(dict.fromkeys([*contents, *quotes, *labels]))


def _cite(chunk_id: str, quote: str, context: Context) -> Cited | None:
    quotable = context.quotables.get(chunk_id)
    place = locate_quote(quotable.passage.source.quote, quote) if quotable else None
    if quotable is None or place is None:
        return None
    whole = quotable.passage.source
    start, end = whole.start + place[0], whole.start + place[1]
    source = replace(whole, start=start, end=end, quote=whole.quote[place[0] : place[1]])
    sentences = [s for s in quotable.passage.sentences if s.start < end and start < s.end]
    statements = [(s.start, read_statement(s.text, names=context.names)) for s in sentences]
    return Cited(source, quotable, statements)


def _unread(claim: Claim, statement: Statement, cited: Sequence[Cited], context: Context) -> Iterator[Fault]:
    """Labels (Note 4), digits glued to letters, numbers in words and names must stand in a quote as they are."""
    quoted = " ".join(c.source.quote for c in cited)
    tokens = {token.strip(".,;:()\"'“”") for token in quoted.split()}
    lowered = {form for word in _WORD.findall(quoted) for form in (word.lower().rstrip("."), _plain(word).lower())}
    labels = {label.lower() for label in list_exempt(quoted)}
    yield from (Fault("label", label) for label in list_exempt(claim.text) if label.lower() not in labels)
    allowed = lowered | {w.lower().rstrip(".") for name in context.names for w in _WORD.findall(name)} | _COMMON_NAMES
    yield from (Fault("figure", token) for token in sorted(statement.unread - tokens))
    yield from (Fault("figure", word) for word in sorted(statement.number_words - lowered))
    for place, word in enumerate(_WORD.findall(statement.content)):
        plain = _plain(word)
        opens = place == 0 and plain == word.rstrip(".")
        if plain[:1].isupper() and plain.lower() not in allowed | (_OPENERS if opens else frozenset()):
            yield Fault("name", word)


def _plain(word: str) -> str:
    return word.rstrip(".").removesuffix("'s").removesuffix("’s")


def _measures(statement: Statement, cited: Sequence[Cited], numbers: Sequence[ProvenNumber]) -> Iterator[Fault]:
    """What is measured (assets, debt, employees) must be what a quote speaks of, as often, or a figure repeated."""
    vocabulary = load_vocabulary()
    repeated = {m.key for n in numbers if n.label for m in vocabulary.mentions(n.label)}
    names = _names_of_figures(quoted := " \n ".join(c.source.quote for c in cited))
    said = statement.content
    for key, count in _names_of_figures(said).items():
        if key not in repeated and count > names[key]:
            yield Fault("measure", key)
    for mention in reversed(vocabulary.mentions(said)):
        if mention.kind != "statement":
            said = said[: mention.start] + said[mention.end :]
    held = Counter(_singular(word) for word in _SIMPLE_WORD.findall(quoted))
    for word, count in Counter(_singular(word) for word in _SIMPLE_WORD.findall(said)).items():
        if word in _MEASURES and count > held[word]:
            yield Fault("measure", word)


def _names_of_figures(text: str) -> Counter[str]:
    return Counter(m.key for m in load_vocabulary().mentions(text) if m.kind != "statement")


def _singular(word: str) -> str:
    plain = word.lower()
    return plain[:-3] + "y" if plain.endswith("ies") else plain.removesuffix("s")


def _turned(statement: Statement, cited: Sequence[Cited], numbers: Sequence[ProvenNumber]) -> Iterator[Fault]:
    """Nothing may rise or fall more often than in the quotes, unless a derived change is told."""
    if all(number.derivation is None for number in numbers):
        quoted = sum((count_directions(c.source.quote) for c in cited), Counter[str]())
        yield from (Fault("direction", way) for way in count_directions(statement.text) - quoted)


def _repeated(statement: Statement, cited: Sequence[Cited]) -> Iterator[Fault]:
    """A period that a quote names may not be named more often than there: `2007 to 2012` is not `2007 to 2007`."""
    quoted = Counter(ref.identity for c in cited for _, s in c.statements for ref in s.periods)
    for identity, count in Counter(ref.identity for ref in statement.periods).items():
        if 0 < quoted[identity] < count:
            yield Fault("period", "named more often than in the quote")


def _periods(
    statement: Statement, cited: Sequence[Cited], numbers: Sequence[ProvenNumber], context: Context
) -> Iterator[Fault]:
    """Every period named must be named by a quote, or be that of a stored figure or result that the claim repeats."""
    quoted = [ref for c in cited for _, s in c.statements for ref in s.periods]
    stored = [
        (f.period_end, f.period_type)
        for c in cited
        for f in c.quotable.figures
        if stands_within(f, c.source) and any(n.value == f.value for n in numbers)
    ]
    stored += [p for n in numbers if n.derivation is not None for p in context.derived[n.derivation].periods]
    for ref in statement.periods:
        known = any(same_period(ref, other, context.calendar) for other in quoted)
        known = known or any(names_period([ref], period, context.calendar) for period in stored)
        if not known:
            yield Fault("period", statement.text[ref.start : ref.end])


def _coverage(claim: Claim, statement: Statement, numbers: Sequence[ProvenNumber], words: Words) -> Iterator[Fault]:
    """At least 0.6 of the idf-weighted content words must occur in the quotes, or in the names of figures repeated."""
    lexemes = {x for x in words.lexemes.get(statement.content, frozenset()) if not x[:1].isdigit()}
    quoted = frozenset().union(*(words.lexemes.get(_searchable(quote), frozenset()) for _, quote in claim.quotes))
    quoted |= frozenset().union(*(words.lexemes.get(n.label, frozenset()) for n in numbers if n.label))
    total = sum(words.idf.get(lexeme, 0.0) for lexeme in lexemes)
    held = sum(words.idf.get(lexeme, 0.0) for lexeme in lexemes & quoted)
    if total <= 0 or held / total < COVERAGE_MIN:
        yield Fault("coverage", statement.content[:80])


def _agreement(statement: Statement, cited: Sequence[Cited]) -> Iterator[Fault]:
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
