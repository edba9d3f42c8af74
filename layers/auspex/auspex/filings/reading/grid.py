"""The cells of one table row: how printed figures that markup tears apart become one cell again (FILINGS 7.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from auspex.filings.reading.emitter import Mark

_PREFIX = re.compile(r"[-\u2013\u2014\u2212]?\s*\(?\s*(?:(?:US|HK|[CA])?\$|[€£¥])?\s*\(?")
_SUFFIX = re.compile(r"\)\s*%?|%\s*\)?")
_FIGURE_START = re.compile(r"[\d.(\u2012-\u2015\u2212-]|[$€£¥]\s*[\d.(]")


@dataclass(frozen=True, slots=True)
class GridCell:
    """A non-empty cell: its text, the grid columns [first, last) it covers, spans found inside, offsets once placed."""

    text: str
    first: int
    last: int
    marks: list[Mark] = field(default_factory=list)
    bold_characters: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class GridRow:
    """One written row."""

    cells: tuple[GridCell, ...]


def glue_cells(cells: list[GridCell]) -> list[GridCell]:
    """Join `$` and `(` to the figure after them, `)` and `%` to the figure before them."""
    glued: list[GridCell] = []
    prefix: GridCell | None = None
    for cell in cells:
        current = cell
        if prefix is not None:
            if _FIGURE_START.match(cell.text):
                current = _join(prefix, cell)
            else:
                glued.append(prefix)
            prefix = None
        if _SUFFIX.fullmatch(cell.text) and glued:
            glued[-1] = _join(glued[-1], cell)
        elif current is cell and _is_prefix(cell.text):
            prefix = cell
        else:
            glued.append(current)
    if prefix is not None:
        glued.append(prefix)
    return glued


def _is_prefix(text: str) -> bool:
    return _PREFIX.fullmatch(text) is not None and any(sign in text for sign in "$€£¥(")


def _join(left: GridCell, right: GridCell) -> GridCell:
    shift = len(left.text)
    moved = [
        Mark(mark.payload, None if mark.start is None else mark.start + shift,
             None if mark.end is None else mark.end + shift)
        for mark in right.marks
    ]  # fmt: skip
    return GridCell(left.text + right.text, left.first, right.last, left.marks + moved,
                    left.bold_characters + right.bold_characters)  # fmt: skip
