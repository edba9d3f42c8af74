"""The extractive route: verbatim sentences of the passages found, scored by how much of the question they cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auspex.filings.answers.companies import KnownCompany
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import Passage, Sentence
from auspex.filings.answers.questions import ParsedQuestion
from auspex.filings.answers.refusals import RefusedError
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodKind, PeriodRef, parse_periods

PASSAGES_MAX = 8
SENTENCES_MAX = 5
SENTENCES_PER_PASSAGE_MAX = 2
SCORE_MIN = 0.4
COVERAGE_MIN = 0.5
"""The share of the question's idf-weighted content words that the passages must hold together (tau of FILINGS 7.17)."""
SENTENCE_COVERAGE_MIN = 0.3
"""The share a single sentence must hold to be quoted: a good rank alone makes no answer."""
COVERAGE_WEIGHT = 0.7
RANK_WEIGHT = 0.3


def coverage(lexemes: frozenset[str], idf: Mapping[str, float]) -> float:
    """Return the idf-weighted share (0-1) of the question's lexemes that occur; 0 when the question has none."""
    total = sum(idf.values())
    return sum(weight for lexeme, weight in idf.items() if lexeme in lexemes) / total if total > 0 else 0.0


def score(sentence: Sentence, rank: int, idf: Mapping[str, float]) -> float:
    """Return 0.7 x coverage + 0.3 x (1 - (rank - 1) / 8), rank counted from 1 (FILINGS 7.17)."""
    return COVERAGE_WEIGHT * coverage(sentence.lexemes, idf) + RANK_WEIGHT * (1 - (rank - 1) / PASSAGES_MAX)


def draft_sentences(
    question: ParsedQuestion,
    passages: Sequence[Passage],
    idf: Mapping[str, float],
    *,
    company: KnownCompany | None,
    names: Mapping[int, str],
    calendar: FiscalCalendar,
) -> Draft:
    """Draft an answer of at most five verbatim sentences. Raises RefusedError (`no_evidence`) below the thresholds.

    `idf` holds the question's content lexemes; `names` the companies' names by CIK.
    """
    top = [p for p in passages if p.rank <= PASSAGES_MAX]
    if coverage(frozenset().union(*(p.lexemes for p in top)), idf) < COVERAGE_MIN:
        raise RefusedError("no_evidence")
    candidates = [
        (score(sentence, passage.rank, idf), -passage.rank, -sentence.start, passage, sentence)
        for passage in top
        for sentence in passage.sentences
        if _same_period(sentence, question.periods, calendar)
        and coverage(sentence.lexemes, idf) >= SENTENCE_COVERAGE_MIN
    ]
    draft = Draft(company, calendar, "extractive")
    taken: dict[int, int] = {}
    seen: set[str] = set()
    for points, _, _, passage, sentence in sorted(candidates, key=lambda c: c[:3], reverse=True):
        words = " ".join(sentence.text.split())
        if points < SCORE_MIN or len(draft.sources) == SENTENCES_MAX:
            break
        if words in seen or taken.get(passage.rank, 0) == SENTENCES_PER_PASSAGE_MAX:
            continue
        seen.add(words)
        taken[passage.rank] = taken.get(passage.rank, 0) + 1
        source = replace(passage.source, start=sentence.start, end=sentence.end, quote=sentence.text)
        name = names.get(source.cik, str(source.cik))
        draft.quote(source, f"{name}, {source.form}, {source.accession}, {source.section_key}")
    if not draft.sources:
        raise RefusedError("no_evidence")
    return draft


def _same_period(sentence: Sentence, asked: Sequence[PeriodRef], calendar: FiscalCalendar) -> bool:
    """Tell whether a sentence is of an asked period: it names one of them, or none at all."""
    days = [day for ref in asked if (day := calendar.last_day(ref)) is not None]
    if not days:
        return True
    named = [ref for ref in parse_periods(sentence.text) if calendar.last_day(ref) is not None]
    if not named:
        return True
    years = {calendar.position(day)[0] for day in days} | {day.year for day in days}
    quarters = {(ref.year, ref.number) for ref in asked if ref.kind == PeriodKind.QUARTER}
    for ref in named:
        if ref.kind == PeriodKind.QUARTER and quarters:
            if (ref.year, ref.number) in quarters:
                return True
        elif ref.year in years or (ref.day is not None and ref.day.year in years):
            return True
    return False
