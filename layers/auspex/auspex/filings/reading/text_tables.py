"""Read tables out of plain text: pages of old filings, page corpora (FILINGS 7.6).

A row is a label with the figures that follow it, on its own line or on lines of their own; the heads above it give the
dates of the columns. Offsets are those of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from auspex.filings.model import Cell, Table
from auspex.filings.reading.amounts import is_year, parse_amount
from auspex.filings.reading.tables import caption_tables, read_scale
from auspex.filings.reading.text_columns import column_paths

_TOKEN = re.compile(r"\S+")
_NUMBER = re.compile(r"[$€£(]*(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?<=\d)[)%]*")
_PREFIX = re.compile(r"[$€£(]{1,2}")
_SUFFIX = re.compile(r"[)%]{1,2}")
_DASH = re.compile(r"[$€£]?[—–]|-{1,3}")
_FOOTNOTE = re.compile(r"\(\d{1,2}\)")
_HEAD_WORDS = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\b(?:three|six|nine|twelve|thirteen|fourteen|"
    r"twenty|thirty|forty|fifty|two|first|second|third|fourth|months?|weeks?|years?|quarters?|periods?|ended|ending|"
    r"fiscal|as|of|at|for|the|and|unaudited|audited|restated|page|note|notes|q[1-4]|fy)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"\b(?:and|of|or|to|note|notes|page)$", re.IGNORECASE)
_LEADERS = re.compile(r"[.\s_·]{3,}$|\s*:$")
_LABEL_CHARACTERS_MAX = 160
_SENTENCE_CHARACTERS_MIN = 90
_LINE_CHARACTERS_MAX = 400
_ROWS_MIN = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: its characters and its place."""

    text: str
    start: int
    end: int


@dataclass(slots=True)
class _Row:
    label: Piece | None
    group: str
    figures: list[Piece] = field(default_factory=list)


@dataclass(slots=True)
class _Block:
    """Rows under common heads."""

    heads: list[Piece] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    group: str = ""
    pending: Piece | None = None

    def add_label(self, label: Piece) -> None:
        """Keep a line of words: the label of the figures to come, or the head of a group if none come."""
        if self.pending is not None:
            wraps = label.text[:1].islower() and not self.pending.text.endswith(":")
            if wraps:
                label = Piece(f"{self.pending.text} {label.text}", self.pending.start, label.end)
            else:
                self.group = self.pending.text
        self.pending = label

    def add_figures(self, figures: list[Piece]) -> None:
        """Give figures to the pending label; without one they go on with the last row."""
        if self.pending is not None:
            self.rows.append(_Row(self.pending, self.group, figures))
            if self.pending.text.lower().startswith("total "):
                self.group = ""
            self.pending = None
        elif self.rows and not self._is_full(self.rows[-1]):
            self.rows[-1].figures += figures
        else:
            self.rows.append(_Row(None, self.group, figures))

    def _is_full(self, row: _Row) -> bool:
        widths = Counter(len(other.figures) for other in self.rows[:-1] if other.label is not None)
        return bool(widths) and len(row.figures) >= widths.most_common(1)[0][0]


def read_text_tables(text: str) -> tuple[Table, ...]:
    """Find the tables of a text that has no markup; cells carry row label, group and the heads of their column."""
    tables = [table for block in _blocks(text) if (table := _to_table(block)) is not None]
    return caption_tables(text, tables)


def _blocks(text: str) -> Iterator[_Block]:
    block = _Block()
    for line in _lines(text):
        words, figures = _split(line)
        if _is_head(line.text):
            if block.rows:
                yield block
                block = _Block()
            block.heads.append(line)
            block.pending = None
        elif words is not None and _is_prose(words.text):
            yield block
            block = _Block()
        else:
            if words is not None:
                block.add_label(words)
            if figures:
                block.add_figures(figures)
    yield block


def _lines(text: str) -> Iterator[Piece]:
    start = 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        if stripped and len(stripped) <= _LINE_CHARACTERS_MAX:
            begin = start + raw.index(stripped[0])
            yield Piece(stripped, begin, begin + len(stripped))
        elif stripped:
            yield Piece(stripped, start, start + len(raw))
        start += len(raw) + 1


def _split(line: Piece) -> tuple[Piece | None, list[Piece]]:
    """Split a line into its words and the figures at its end; a lone footnote mark belongs to the words."""
    tokens = [Piece(match.group(0), line.start + match.start(), line.start + match.end())
              for match in _TOKEN.finditer(line.text)]  # fmt: skip
    first = len(tokens)
    while first > 0 and _is_figure_token(tokens[first - 1].text):
        first -= 1
    figures = _join(line, tokens[first:])
    if first > 0 and figures and _belongs_to_words(line.text[: tokens[first - 1].end - line.start], figures):
        first, figures = len(tokens), []
    if first == 0:
        return None, figures
    words = line.text[: tokens[first - 1].end - line.start]
    return Piece(_LEADERS.sub("", words) if figures else words, line.start, tokens[first - 1].end), figures


def _belongs_to_words(words: str, figures: list[Piece]) -> bool:
    """Whether what stands at the end of a line only ends its words: a footnote mark, "(Note 16)", "$95 and $103"."""
    footnote = len(figures) == 1 and _FOOTNOTE.fullmatch(figures[0].text) is not None
    return footnote or words.count("(") > words.count(")") or _CONTINUES.search(words) is not None


def _is_figure_token(token: str) -> bool:
    return any(pattern.fullmatch(token) for pattern in (_NUMBER, _PREFIX, _SUFFIX, _DASH))


def _join(line: Piece, tokens: list[Piece]) -> list[Piece]:
    """Join currency signs, brackets and percent signs to the numbers they belong to; signs alone are dropped."""
    figures: list[Piece] = []
    begin: int | None = None
    for token in tokens:
        if _PREFIX.fullmatch(token.text):
            begin = token.start if begin is None else begin
        elif _SUFFIX.fullmatch(token.text):
            if figures:
                last = figures[-1]
                figures[-1] = _piece(line, last.start, token.end)
        else:
            figures.append(_piece(line, token.start if begin is None else begin, token.end))
            begin = None
    return figures


def _piece(line: Piece, start: int, end: int) -> Piece:
    return Piece(line.text[start - line.start : end - line.start], start, end)


def _is_head(text: str) -> bool:
    """Whether a line only names periods or the scale of what follows."""
    if len(text) <= _LABEL_CHARACTERS_MAX and read_scale(text) is not None and parse_amount(text) is None:
        return True
    text = _FOOTNOTE.sub(" ", text)
    if not (_HEAD_WORDS.search(text) or all(is_year(token) for token in text.split())):
        return False
    rest = re.sub(r"\b(?:19|20)\d\d\b|\b\d{1,2}\b", "", _HEAD_WORDS.sub("", text))
    return bool(text.strip()) and not re.search(r"[^\W\d_]|\d", rest)


def _is_prose(words: str) -> bool:
    return len(words) > _LABEL_CHARACTERS_MAX or (len(words) > _SENTENCE_CHARACTERS_MIN and words.endswith("."))


def _to_table(block: _Block) -> Table | None:
    rows = [row for row in block.rows if row.figures]
    if len([row for row in rows if row.label is not None]) < _ROWS_MIN:
        return None
    width = Counter(len(row.figures) for row in rows).most_common(1)[0][0]
    paths = column_paths([head.text for head in block.heads], width)
    cells = [Cell(number, 0, head.text, head.start, head.end) for number, head in enumerate(block.heads)]
    for number, row in enumerate(rows, start=len(cells)):
        label = "" if row.label is None else row.label.text
        if row.label is not None:
            cells.append(Cell(number, 0, label, row.label.start, row.label.end, (), label, row.group))
        cells += [
            Cell(number, column, figure.text, figure.start, figure.end, path, label, row.group)
            for column, (figure, path) in enumerate(_under_heads(row.figures, paths), start=1)
        ]
    places = [cell.start for cell in cells], [cell.end for cell in cells]
    return Table(min(places[0]), max(places[1]), "", None, None, tuple(cells))


def _under_heads(figures: list[Piece], paths: list[tuple[str, ...]]) -> list[tuple[Piece, tuple[str, ...]]]:
    """Pair figures with heads; a row with more or fewer figures than columns has none to trust."""
    known = paths if len(paths) == len(figures) else [()] * len(figures)
    return list(zip(figures, known, strict=True))
