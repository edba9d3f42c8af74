"""Cut a section's text into passages of bounded length that together cover every character.

Text is packed from paragraphs, then sentences, then words, then characters, whichever first fits; a passage repeats
the last short sentence of the one before it. Tables stay whole when they fit, else they are cut between rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from auspex.filings.model import Table
from auspex.filings.reading.sentences import split_sentences

OVERLAP_TOKENS_MAX = 30
OVERLAP_WORDS_MIN = 4
HEADING_CHARACTERS_MAX = 100
CARRIED_HEADINGS_MAX = 2

CountTokens = Callable[[str], int]
Span = tuple[int, int]

_PARAGRAPH = re.compile(r"[^\n]*\n+|[^\n]+")
_WORD = re.compile(r"\s*\S+\s*")
_BLANK = re.compile(r"\s*")
_FIGURES = re.compile(r"\|[^|\n]*\d|\d[^|\n]*\|")


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a section: running text, or one table of figures. Regions follow one another without a gap."""

    start: int
    end: int
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class _Atom:
    start: int
    end: int
    tokens: int
    is_heading: bool = False


def split_regions(text: str, tables: Sequence[tuple[int, int, Table]]) -> tuple[Region, ...]:
    """Part a section's text into tables of figures and the text between them.

    `tables` are spans within `text`. Of nested tables the inner ones count, and what only lays out a page (no row of
    figures, a single row) is text. Blank stretches join their neighbour, so that no region is blank unless all is.
    """
    ordered = sorted(
        (span for span in tables if _holds_figures(text[span[0] : span[1]])), key=lambda span: (span[0], -span[1])
    )
    chosen = [span for span, next_one in pairwise([*ordered, None]) if span and not _lies_within(next_one, span)]
    regions: list[Region] = []
    position = 0
    for start, end, table in chosen:
        if start < position:
            continue
        if text[position:start].strip():
            regions.append(Region(position, start))
            position = start
        blank = _BLANK.match(text, end)
        after = blank.end() if blank else end
        regions.append(Region(position, after, table))
        position = after
    if position < len(text):
        regions.append(Region(position, len(text)))
    return tuple(regions)


def pack_text(text: str, region: Region, *, budget: int, count_tokens: CountTokens) -> tuple[Span, ...]:
    """Pack a text region into spans of at most `budget` tokens that cover it; neighbours may share one sentence.

    A heading at the end of a span moves to the span of what it heads.
    """
    spans: list[Span] = []
    current: list[_Atom] = []
    start, used = region.start, 0
    for atom in _atoms(text, region.start, region.end, budget, count_tokens):
        if current and used + atom.tokens > budget:
            carried = _trailing_headings(current, budget - atom.tokens)
            kept = current[: len(current) - len(carried)]
            spans.append((start, kept[-1].end))
            current = carried
            start, used = (carried[0].start if carried else atom.start), sum(each.tokens for each in carried)
            if not carried:
                overlap = _overlap(text, spans[-1], count_tokens)
                if overlap is not None and overlap.tokens + atom.tokens <= budget:
                    start, used = overlap.start, overlap.tokens
        current.append(atom)
        used += atom.tokens
    if current:
        spans.append((start, current[-1].end))
    return tuple(spans)


def pack_rows(text: str, region: Region, *, budget: int, count_tokens: CountTokens) -> tuple[Span, ...]:
    """Cut a table between its rows into spans of at most `budget` tokens; a row beyond that is cut like text."""
    spans: list[Span] = []
    start, end, used = region.start, region.start, 0
    for atom in _atoms(text, region.start, region.end, budget, count_tokens):
        if end > start and used + atom.tokens > budget:
            spans.append((start, end))
            start, used = end, 0
        end = atom.end
        used += atom.tokens
    if end > start:
        spans.append((start, end))
    return tuple(spans)


def cut_to_fit(text: str, start: int, end: int, *, budget: int, count_tokens: CountTokens) -> int:
    """Return the end of the longest run of whole pieces from `start` that keeps to the budget (at least one piece)."""
    used = 0
    position = start
    for atom in _atoms(text, start, end, budget, count_tokens):
        if position > start and used + atom.tokens > budget:
            break
        used += atom.tokens
        position = atom.end
    return position


def _atoms(text: str, start: int, end: int, budget: int, count_tokens: CountTokens) -> Iterator[_Atom]:
    for paragraph in _pieces(_PARAGRAPH, text, start, end):
        piece = text[slice(*paragraph)]
        tokens = count_tokens(piece)
        if tokens <= budget:
            yield _Atom(*paragraph, tokens, _is_heading(piece))
            continue
        for sentence_start, sentence_end in split_sentences(piece):
            yield from _fragments(
                text, paragraph[0] + sentence_start, paragraph[0] + sentence_end, budget, count_tokens
            )


def _fragments(text: str, start: int, end: int, budget: int, count_tokens: CountTokens) -> Iterator[_Atom]:
    """Yield a sentence whole, else by words, else by halves of a word, down to one character."""
    tokens = count_tokens(text[start:end])
    if tokens <= budget or end - start == 1:
        yield _Atom(start, end, tokens)
        return
    words = _pieces(_WORD, text, start, end)
    if len(words) == 1:
        middle = (start + end) // 2
        words = [(start, middle), (middle, end)]
    for word in words:
        yield from _fragments(text, *word, budget, count_tokens)


def _pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[Span]:
    """Return spans that cover [start, end) exactly, one a match; what no match holds joins the piece before it."""
    starts = [match.start() for match in pattern.finditer(text, start, end)] or [start]
    starts[0] = start
    return list(zip(starts, [*starts[1:], end], strict=True))


def _overlap(text: str, span: Span, count_tokens: CountTokens) -> _Atom | None:
    """Return the last sentence of a span when it is a real one and short, and not the whole span."""
    last = split_sentences(text[slice(*span)])[-1]
    sentence = text[span[0] + last[0] : span[1]]
    if last[0] == 0 or not sentence.rstrip().endswith((".", "!", "?", "”", '"')):
        return None
    if len(sentence.split()) < OVERLAP_WORDS_MIN:
        return None
    tokens = count_tokens(sentence)
    return _Atom(span[0] + last[0], span[1], tokens) if tokens <= OVERLAP_TOKENS_MAX else None


def _trailing_headings(atoms: Sequence[_Atom], room: int) -> list[_Atom]:
    """Return the headings that end a passage, at most two, when something else stays and they fit into `room`."""
    carried: list[_Atom] = []
    for atom in reversed(atoms[1:]):
        if not atom.is_heading or len(carried) == CARRIED_HEADINGS_MAX:
            break
        carried.insert(0, atom)
    return carried if sum(atom.tokens for atom in carried) <= room else []


def _is_heading(paragraph: str) -> bool:
    line = paragraph.strip()
    return (
        0 < len(line) <= HEADING_CHARACTERS_MAX
        and line[0].isalnum()
        and line[-1] not in ".;,!?"
        and "|" not in line
        and any(character.isalpha() for character in line)
    )


def _holds_figures(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and any(_FIGURES.search(line) for line in lines)


def _lies_within(inner: tuple[int, int, Table] | None, outer: tuple[int, int, Table]) -> bool:
    return inner is not None and inner[:2] != outer[:2] and inner[1] <= outer[1]
