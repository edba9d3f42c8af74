"""Gathers what may answer a question: stored figures first, then lines of statements found by search, or passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from auspex.core.database import Connection
from auspex.filings.answers.evidence import EvidenceFigure, Passage, Sentence
from auspex.filings.answers.evidence_store import list_lexemes, list_statement_sections, load_sections
from auspex.filings.answers.formulas import VIRTUAL_METRICS, names, parse
from auspex.filings.answers.line_items import StatementText, read_line_items
from auspex.filings.answers.questions import ParsedQuestion, Target
from auspex.filings.answers.vocabulary import STATEMENT_WEIGHT, VOCABULARY_WEIGHT, load_vocabulary
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodRef
from auspex.filings.index.search_chunks import SearchFilter, SearchWeights, search_chunks
from auspex.filings.reading.sentences import split_sentences

STATEMENT_HITS = 30
STATEMENT_SECTIONS_MAX = 40
STATEMENT_CANDIDATES = 100
PASSAGE_CANDIDATES = 60
STATEMENT_CHARACTERS_MAX = 30_000
WINDOWS_MAX = 4
PASSAGE_WEIGHTS = SearchWeights(lexical=1.0, vector=0.3)
"""Chosen on one half of the development questions, better on the other half as well (docs/measurements.md)."""
YEAR = timedelta(days=365)
"""The report of the year after prints a period once more, beside its own."""
PASSAGE_KINDS = ("text", "table")
SENTENCE_WORDS_MIN = 5
SENTENCE_CHARACTERS_MAX = 700


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look: one company or any, knowledge up to `as_of`."""

    cik: int | None
    as_of: datetime
    calendar: FiscalCalendar

    def filter(self, window: tuple[date, date] | None, kinds: tuple[str, ...] | None) -> SearchFilter:
        """Return the search filter of a window of report dates."""
        return SearchFilter(
            as_of=self.as_of,
            ciks=None if self.cik is None else (self.cik,),
            kinds=kinds,
            period_from=window[0] if window else None,
            period_to=window[1] if window else None,
        )


def needed_metrics(target: Target) -> tuple[str, ...]:
    """Return the metrics a target needs, with those that can stand in for one that is not printed."""
    metrics = list(target.metrics())
    for metric in target.metrics():
        if metric in VIRTUAL_METRICS:
            metrics.extend(names(parse(VIRTUAL_METRICS[metric])))
    return tuple(dict.fromkeys(metrics))


def read_statements(
    connection: Connection,
    *,
    embedding: NDArray[np.float32],
    scope: Scope,
    metrics: Sequence[str],
    periods: Sequence[PeriodRef],
) -> list[EvidenceFigure]:
    """Find the statements that print some metrics and read their lines, the latest period asked for first.

    Sections that open under a statement's title are taken as they are; only where there are none, search finds them.
    """
    vocabulary = load_vocabulary()
    known = [vocabulary.metrics[m] for m in metrics if m in vocabulary.metrics]
    named = sorted({w for p in periods if (w := scope.calendar.window(p)) is not None}, key=lambda w: w[1])
    later = [(first + YEAR, last + YEAR) for first, last in named]
    windows: list[tuple[date, date] | None] = list(dict.fromkeys([*reversed(named), *reversed(later)]))
    wanted: dict[str, None] = {}
    for statement in dict.fromkeys(metric.statement for metric in known):
        for window in windows[:WINDOWS_MAX] or [None]:
            titled = list_statement_sections(
                connection,
                cik=scope.cik or 0,
                as_of=scope.as_of,
                window=window,
                title=vocabulary.statement_titles[statement].pattern,
                chars_max=STATEMENT_CHARACTERS_MAX,
                rows_max=STATEMENT_SECTIONS_MAX,
            )
            if not titled:
                terms = [(term, STATEMENT_WEIGHT) for term in vocabulary.statement_terms[statement]]
                terms += [(t, VOCABULARY_WEIGHT) for m in known if m.statement == statement for t in m.terms]
                found = search_chunks(
                    connection,
                    terms=terms,
                    embedding=embedding,
                    filter=scope.filter(window, PASSAGE_KINDS),
                    top_k=STATEMENT_HITS,
                    candidates=STATEMENT_CANDIDATES,
                )
                titled = [hit.section_id for hit in found.hits]
            wanted.update(dict.fromkeys(titled))
    figures: list[EvidenceFigure] = []
    for filed in load_sections(connection, list(wanted)).values():
        if len(filed.section.text) <= STATEMENT_CHARACTERS_MAX:
            annual = filed.base_form == "10-K"
            text = StatementText(filed.section, filed.source(0, 1), annual=annual, report_date=filed.report_date)
            figures.extend(read_line_items(text, metrics))
    return figures


def find_passages(
    connection: Connection, *, embedding: NDArray[np.float32], scope: Scope, question: ParsedQuestion, top_k: int
) -> list[Passage]:
    """Search for passages and split them into sentences with their lexemes; at most `top_k`, ranked from 1.

    `embedding` is that of the question as it was asked: without its company and period it points elsewhere.
    """
    found = search_chunks(
        connection,
        terms=question.terms,
        embedding=embedding,
        filter=scope.filter(question.window(scope.calendar), PASSAGE_KINDS),
        top_k=top_k,
        candidates=PASSAGE_CANDIDATES,
        weights=PASSAGE_WEIGHTS,
    )
    sections = load_sections(connection, [hit.section_id for hit in found.hits])
    spans = [[(hit.start + a, hit.start + b) for a, b in sentence_spans(hit.text)] for hit in found.hits]
    texts = [sections[hit.section_id].section.text for hit in found.hits]
    wanted = [text[a:b] for text, each in zip(texts, spans, strict=True) for a, b in each]
    wanted += [f"{hit.context} {hit.text}" for hit in found.hits]
    lexemes = list_lexemes(connection, wanted)
    passages = []
    place = 0
    for number, (hit, text, each) in enumerate(zip(found.hits, texts, spans, strict=True)):
        sentences = tuple(Sentence(a, b, text[a:b], lexemes[place + i]) for i, (a, b) in enumerate(each))
        place += len(each)
        source = sections[hit.section_id].source(hit.start, hit.end)
        passages.append(
            Passage(number + 1, source, hit.kind, sentences, lexemes[len(lexemes) - len(found.hits) + number])
        )
    return passages


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of sentences worth quoting: trimmed, of at least five words, not rows of a table.

    A line that does not end a sentence is joined with the next one when that begins in lower case (page text).
    """
    joined: list[tuple[int, int]] = []
    for start, end in split_sentences(text):
        open_end = joined and text[joined[-1][0] : joined[-1][1]].rstrip()[-1:] not in {".", "!", "?", ":", ";", ""}
        if open_end and (text[start : start + 1].islower() or text[start : start + 1].isdigit()):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    spans = []
    for start, end in joined:
        sentence = text[start:end]
        lead = len(sentence) - len(sentence.lstrip())
        trimmed = sentence.strip()
        words = [w for w in trimmed.split() if w.strip("(),.;:").isalpha()]
        if len(words) >= SENTENCE_WORDS_MIN and len(trimmed) <= SENTENCE_CHARACTERS_MAX and trimmed.count("|") < 2:
            spans.append((start + lead, start + lead + len(trimmed)))
    return spans
