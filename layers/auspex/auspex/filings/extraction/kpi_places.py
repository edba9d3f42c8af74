"""Find where a figure stands in its section, so that every KPI can be shown and checked (FILINGS 7.5, 7.6)."""

from __future__ import annotations

from dataclasses import dataclass

from auspex.filings.model import FilingDocument, Span
from auspex.filings.reading.sections import section_at

ROW_CHARACTERS_MAX = 400


@dataclass(frozen=True, slots=True)
class Place:
    """A quotable place of a figure: `span` and the figure's own offsets are offsets of the section's text."""

    span: Span
    quote: str
    figure_start: int
    figure_end: int


def place_figure(document: FilingDocument, start: int, end: int) -> Place | None:
    """Place the figure at document offsets [start:end): the quote is its line, or the figure alone in a long line.

    None if no section holds the figure whole.
    """
    section = section_at(document.sections, start)
    if section is None or end > section.end or start >= end:
        return None
    row_start = max(section.start, document.text.rfind("\n", 0, start) + 1)
    newline = document.text.find("\n", end)
    row_end = min(section.end, len(document.text) if newline < 0 else newline)
    if row_end - row_start > ROW_CHARACTERS_MAX:
        row_start, row_end = start, end
    base = section.start
    return Place(
        Span(document.sequence, section.ordinal, row_start - base, row_end - base),
        document.text[row_start:row_end],
        start - base,
        end - base,
    )
