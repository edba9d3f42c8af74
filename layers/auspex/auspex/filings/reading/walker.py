"""Walk a document's elements in reading order and write canonical text, facts and tables (FILINGS 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from auspex.filings.model import Fact, Table
from auspex.filings.reading.emitter import Emitter, Mark
from auspex.filings.reading.grid import GridCell, GridRow, glue_cells
from auspex.filings.reading.markup import Style, element_name, entity_text, read_style
from auspex.filings.reading.tables import build_table
from auspex.filings.reading.xbrl import XbrlResources, read_fact, with_span

_DROPPED = frozenset({"script", "style", "head", "title", "noscript", "template", "ix:header", "ix:hidden",
                      "ix:references", "ix:resources", "select", "textarea", "svg", "object"})  # fmt: skip
_BLOCKS = frozenset({"address", "article", "aside", "body", "blockquote", "caption", "center", "dd", "div", "dl", "dt",
                     "fieldset", "figure", "footer", "form", "header", "hr", "html", "li", "main", "nav", "ol", "pre",
                     "section", "table", "tbody", "td", "text", "tfoot", "th", "thead", "tr", "ul"})  # fmt: skip
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "hr"})
_BOLD = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"})
_SPAN_MAX = 1_000
_NO_STYLE = Style()


@dataclass(slots=True)
class Walk:
    """The state of one reading: where it writes and what it found."""

    resources: XbrlResources
    emitter: Emitter = field(default_factory=Emitter)
    facts: list[Fact] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    unreadable_facts: int = 0
    shows_hidden: bool = False

    def read(self, root: etree._Element) -> None:
        """Read a whole tree; nesting is followed without recursion, so hostile depth costs memory only."""
        self._walk(root, self.emitter)
        self.facts += self._placed(self.emitter.marks)

    def hidden_facts(self, root: etree._Element) -> Iterator[Fact]:
        """Read the facts of `ix:hidden`: they count, but no reader sees them, so they have no span."""
        for element in root.iter():
            if element_name(element) != "ix:hidden":
                continue
            for item in element.iterdescendants():
                if element_name(item) == "ix:nonfraction":
                    fact = read_fact(item, self.resources)
                    if fact is None:
                        self.unreadable_facts += 1
                    else:
                        yield fact

    def _walk(self, root: etree._Element, emitter: Emitter) -> None:
        stack: list[_Open] = []
        element: etree._Element | None = root
        while True:
            if element is not None:
                opened = self._enter(element, emitter)
                if opened is not None:
                    stack.append(opened)
                    element = next(opened.children, None)
                    continue
            else:
                closed = stack.pop()
                _leave(closed, emitter)
                element = closed.element
            if not stack:
                return
            if element.tail:
                emitter.write(element.tail)
            element = next(stack[-1].children, None)

    def _enter(self, element: etree._Element, emitter: Emitter) -> _Open | None:
        """Begin an element and return it for its children to be read, or None if it is finished already."""
        name = element_name(element)
        if name is None:
            emitter.write(entity_text(element))
            return None
        style_text = element.get("style")
        style = _NO_STYLE if style_text is None else read_style(style_text)
        if name in _DROPPED or (style.display == "none" and not self.shows_hidden):
            return None
        if name == "br":
            emitter.add_break()
            return None
        if name == "table" and not emitter.inline and not _is_layout(element):
            self._read_table(element, emitter, style)
            return None
        opened = _Open(element, name, iter(element), emitter.bold, emitter.centred, emitter.preformatted)
        opened.newlines = _newlines(name, style)
        _apply_style(element, name, style, emitter)
        if opened.newlines:
            emitter.break_line(opened.newlines)
        if name == "ix:nonfraction":
            opened.mark = self._open_fact(element, emitter)
        if element.text:
            emitter.write(element.text)
        return opened

    def _open_fact(self, element: etree._Element, emitter: Emitter) -> Mark | None:
        fact = read_fact(element, self.resources)
        if fact is None:
            self.unreadable_facts += 1
            return None
        return emitter.open_mark(fact)

    def _placed(self, marks: list[Mark]) -> Iterator[Fact]:
        return (with_span(mark.payload, mark.start, mark.end) for mark in marks if isinstance(mark.payload, Fact))

    def _read_table(self, table: etree._Element, emitter: Emitter, style: Style) -> None:
        """Write a table one row a line and record its cells."""
        emitter.break_line(2)
        outer = (emitter.bold, emitter.centred)
        emitter.bold, emitter.centred = emitter.bold if style.bold is None else style.bold, False
        start: int | None = None
        rows: list[GridRow] = []
        spilled: dict[int, int] = {}
        for line in _lines(table):
            if element_name(line) == "caption":
                self._walk(line, emitter)
                continue
            cells = self._read_row(line, emitter, spilled)
            if cells:
                emitter.break_line(1)
                row = self._write_row(cells, emitter)
                rows.append(row)
                start = row.cells[0].start if start is None else start
        emitter.break_line(2)
        emitter.bold, emitter.centred = outer
        if start is not None:
            self.tables.append(build_table(rows, start=start, end=emitter.length))

    def _read_row(self, row: etree._Element, emitter: Emitter, spilled: dict[int, int]) -> list[GridCell]:
        """Read a row's non-empty cells with the grid columns they cover; `spilled` counts rows still to be covered."""
        cells: list[GridCell] = []
        column = 0
        taken = {position for position, rows_left in spilled.items() if rows_left > 0}
        for position in taken:
            spilled[position] -= 1
        for element in row.iterdescendants():
            if element_name(element) not in {"td", "th"}:
                continue
            while column in taken:
                column += 1
            width, height = _extent(element, "colspan"), _extent(element, "rowspan")
            if height > 1:
                spilled.update(dict.fromkeys(range(column, column + width), height - 1))
            inner = Emitter(inline=True, bold=emitter.bold)
            self._walk(element, inner)
            text = inner.finish()
            if text:
                cells.append(GridCell(text, column, column + width, inner.marks, inner.bold_characters))
            column += width
        return glue_cells(cells)

    def _write_row(self, cells: list[GridCell], emitter: Emitter) -> GridRow:
        placed: list[GridCell] = []
        for index, cell in enumerate(cells):
            if index:
                emitter.append("|", 3 if cell.bold_characters else 0)
                emitter.write(" ")
            start = emitter.append(cell.text, cell.bold_characters)
            emitter.write(" ")
            for mark in cell.marks:
                shifted = mark.start is not None and mark.end is not None
                moved = Mark(mark.payload, start + mark.start, start + mark.end) if shifted else mark  # type: ignore[operator]
                emitter.marks.append(moved)
            placed.append(replace(cell, start=start, end=start + len(cell.text)))
        return GridRow(tuple(placed))


@dataclass(slots=True)
class _Open:
    """An element whose children are being read, with the type it found when it began."""

    element: etree._Element
    name: str
    children: Iterator[etree._Element]
    bold: bool
    centred: bool
    preformatted: bool
    newlines: int = 0
    mark: Mark | None = None


def _leave(opened: _Open, emitter: Emitter) -> None:
    if opened.mark is not None:
        emitter.close_mark(opened.mark)
    if opened.newlines:
        emitter.break_line(opened.newlines)
    emitter.bold, emitter.centred, emitter.preformatted = opened.bold, opened.centred, opened.preformatted


def _newlines(name: str, style: Style) -> int:
    """Count the newlines around an element: a paragraph stands apart, another block has its own line."""
    if name in _PARAGRAPHS:
        return 2
    block = name in _BLOCKS and style.display not in {"inline", "inline-block"}
    return 1 if block or style.display == "block" else 0


def _apply_style(element: etree._Element, name: str, style: Style, emitter: Emitter) -> None:
    if style.bold is not None:
        emitter.bold = style.bold
    elif name in _BOLD:
        emitter.bold = True
    if style.centred is not None:
        emitter.centred = style.centred
    elif name == "center":
        emitter.centred = True
    elif name in _PARAGRAPHS or name in _BLOCKS:
        align = element.get("align")
        if align is not None:
            emitter.centred = align.lower() == "center"
    if name == "pre":
        emitter.preformatted = True


def _lines(table: etree._Element) -> Iterator[etree._Element]:
    for element in table.iterdescendants():
        if element_name(element) in {"tr", "caption"}:
            yield element


def _extent(element: etree._Element, name: str) -> int:
    value = element.get(name)
    return min(int(value), _SPAN_MAX) if value is not None and value.isdigit() and int(value) > 0 else 1


def _is_layout(table: etree._Element) -> bool:
    """Whether a table only arranges blocks: it holds another table, or a single cell with blocks inside."""
    cells = 0
    blocks = False
    for element in table.iterdescendants():
        name = element_name(element)
        if name == "table":
            return True
        cells += name in {"td", "th"}
        blocks = blocks or name in {"p", "div", "br"}
    return cells <= 1 and blocks
