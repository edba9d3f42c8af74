"""Cut a document into its items (FILINGS 7.4). The slices, joined by ordinal, are the document's text exactly."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from auspex.filings.model import NormalizedDocument, Section
from auspex.filings.reading.headings import Candidate, best_sequence, longest_of_each, read_candidates
from auspex.filings.reading.items import ITEMS_10K, ITEMS_10Q, section_title

FRONT = "front"
BODY = "body"
TITLE_CHARACTERS_MAX = 200
_EXHIBIT_PART_CHARACTERS_MIN = 400
_PART_LINE = re.compile(r"\W{0,3}part\s+[iv]{1,3}\b[^\n]{0,60}", re.IGNORECASE)
# Headings that all lie in so small a part of the text are an index, not headings.
_INDEX_SHARE_MAX = 0.08


def split_sections(document: NormalizedDocument, *, form: str, document_type: str) -> tuple[Section, ...]:
    """Split a document into keyed sections.

    Keys: 10-K `item1`, `item1a` …; 10-Q `part1item2`; 8-K `item2.02`; exhibits `ex99.1-1` …; what stands before the
    first heading is `front`; a text without headings is one section `body`. An empty text has no section.
    """
    text = document.text
    if not text:
        return ()
    kind = document_type.upper()
    if kind.startswith("EX-99"):
        return _split_exhibit(document, kind.replace("EX-", "ex").lower())
    base = form.upper().removesuffix("/A")
    if kind.startswith("EX-") or kind.removesuffix("/A") not in {base, ""} or base not in {"10-K", "10-Q", "8-K"}:
        return _cut(text, [(0, BODY, "")])
    candidates = read_candidates(document, base)
    if base == "8-K":
        chosen = longest_of_each(candidates)
    else:
        order = {item.key: rank for rank, item in enumerate(ITEMS_10K if base == "10-K" else ITEMS_10Q)}
        chosen = best_sequence(candidates, order)
        if chosen and chosen[-1].start - chosen[0].start < _INDEX_SHARE_MAX * len(text) and len(chosen) > 4:
            chosen = []
    if not chosen:
        return _cut(text, [(0, BODY, "")])
    floor = 0
    starts: list[tuple[int, str, str]] = []
    for candidate in chosen:
        start = _with_part_line(text, candidate.start, floor)
        starts.append((start, candidate.key, _title(candidate, base)))
        floor = candidate.start
    if text[: starts[0][0]].strip():
        starts.insert(0, (0, FRONT, ""))
    else:
        starts[0] = (0, *starts[0][1:])
    return _cut(text, starts)


def _title(candidate: Candidate, form: str) -> str:
    shown = candidate.title[:TITLE_CHARACTERS_MAX]
    return shown or section_title(candidate.key, form)


def _with_part_line(text: str, start: int, floor: int) -> int:
    """Begin a section at the "PART II" line that stands directly above its heading."""
    above = text[max(floor, start - 120) : start].rstrip()
    line_start = above.rfind("\n") + 1
    if _PART_LINE.fullmatch(above[line_start:].strip()) and "|" not in above[line_start:]:
        return max(floor, start - 120) + line_start
    return start


def _cut(text: str, starts: Sequence[tuple[int, str, str]]) -> tuple[Section, ...]:
    ends = [start for start, _, _ in starts[1:]] + [len(text)]
    return tuple(
        Section(key, ordinal, title, start, end, text[start:end])
        for ordinal, ((start, key, title), end) in enumerate(zip(starts, ends, strict=True))
    )


def _split_exhibit(document: NormalizedDocument, prefix: str) -> tuple[Section, ...]:
    """Split a release at its bold or centred lines; lines that follow one another make one heading."""
    text = document.text
    covered = [(table.start, table.end) for table in document.tables]
    starts: list[tuple[int, str]] = [(0, "")]
    body = 0
    previous_end = 0
    for heading in document.headings:
        body += len(text[previous_end : heading.start].strip())
        previous_end = heading.end
        if _inside(covered, heading.start):
            body += heading.end - heading.start
            continue
        if body >= _EXHIBIT_PART_CHARACTERS_MIN:
            starts.append((heading.start, heading.text[:TITLE_CHARACTERS_MAX]))
            body = 0
        elif not starts[-1][1]:
            starts[-1] = (starts[-1][0], heading.text[:TITLE_CHARACTERS_MAX])
    return _cut(text, [(start, f"{prefix}-{number}", title) for number, (start, title) in enumerate(starts, start=1)])


def _inside(spans: Sequence[tuple[int, int]], position: int) -> bool:
    index = bisect_right(spans, position, key=lambda span: span[0]) - 1
    return index >= 0 and position < spans[index][1]


def section_at(sections: Iterable[Section], position: int) -> Section | None:
    """Find the section that holds a document offset."""
    return next((section for section in sections if section.start <= position < section.end), None)
