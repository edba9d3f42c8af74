"""Give every figure of a table its column's headers, its row's label and its scale (FILINGS 7.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from auspex.filings.model import Cell, Table
from auspex.filings.reading.amounts import is_year, parse_amount
from auspex.filings.reading.grid import GridCell, GridRow

CAPTION_CHARACTERS_MAX = 300
_TITLE_CHARACTERS_MAX = 160
_SENTENCE_END = re.compile(r"(?<=.{60})[.!?][”\"')]*$")
_CAPTION_LINES_MAX = 6
_CAPTION_REACH_CHARACTERS = 900
_SCALES = {"thousands": 3, "millions": 6, "billions": 9, "thousand": 3, "million": 6, "billion": 9}
_PERIOD = re.compile(
    r"\b(?:months?|weeks?|quarters?|years?|periods?|half)\s+(?:and\s+\w+\s+\w+\s+)?ended\b|\bas (?:of|at)\b|^(?:at\s+)?"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul"
    r"|aug|sept?|oct|nov|dec)\b\.?\s*\d{0,2}|\bfiscal\b|\b(?:first|second|third|fourth)\s+quarter\b|^[1-4]q|^q[1-4]\b"
    r"|^\d{1,2}/\d{1,2}/\d{2,4}$|\b(?:19|20)\d\d$",
    re.IGNORECASE,
)
_SCALE = re.compile(
    r"(?:\b(?:in|of|and|u\.?s\.?|us)|\$|€|£|\bdollars|\busd|\bamounts|\(|,|;)\s*(?:u\.?s\.?\s*)?(?:\$|€|£|dollars|usd)?"
    r"\s*(?:in\s+)?\s*(thousands|millions|billions)\b|\b(?:in|\()\s*(thousand|million|billion)s?\b|"
    r"(?:\$|\bin\s+|\()\s*\$?\s*(000)(?:'?s|’s)?(?=\s*(?:,|\)|$|omitted|except))",
    re.IGNORECASE,
)
_PER_SHARE_EXEMPT = re.compile(
    r"(?:except|other than|excluding)\b[^.]*\bper[- ](?:common |ordinary )?(?:share|unit|ADS)", re.IGNORECASE
)
_SHARES_EXEMPT = re.compile(
    r"(?:except|other than|excluding)\b[^.]*?(?<!per )(?<!per-)(?<!per common )(?<!per ordinary )\bshares?\b(?!-)",
    re.IGNORECASE,
)
_SHARES_SCALE = re.compile(
    r"shares?\b[^.;]{0,60}?\b(?:in|reflected in|expressed in)\s+(thousands|millions|billions)\b|"
    r"\b(thousands|millions|billions) of shares\b",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"(?:US|HK|[CA])?\$|€|£|¥|\b(?:USD|EUR|GBP|JPY|CAD)\b")
_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "C$": "CAD", "A$": "AUD", "HK$": "HKD"}


def is_period_text(text: str) -> bool:
    """Whether a cell reads like the head of a period column (a date, a year, "Three Months Ended")."""
    return is_year(text) or _PERIOD.search(text) is not None


@dataclass(slots=True)
class _Heads:
    """The header rows that stand over the data rows being read."""

    rows: list[GridRow] = field(default_factory=list)
    closed: bool = False
    paths: dict[tuple[int, int, int, int], tuple[str, ...]] = field(default_factory=dict)

    def add(self, row: GridRow) -> None:
        if self.closed:
            self.rows, self.closed = [], False
        self.rows.append(row)
        self.paths.clear()

    def path(self, cell: GridCell, index: int, count: int, stub_end: int) -> tuple[str, ...]:
        """Return the headers over one figure: by shared columns, else by position from the right."""
        key = (cell.first, cell.last, index, count)
        if key not in self.paths:
            found = (_over(row, cell, index, count, stub_end) for row in self.rows)
            self.paths[key] = tuple(text for texts in found for text in texts)
        return self.paths[key]


def _over(row: GridRow, cell: GridCell, index: int, count: int, stub_end: int) -> list[str]:
    stub = [item for item in row.cells if item.first < stub_end and item.last <= cell.first]
    heads = [item for item in row.cells if item not in stub]
    texts = [item.text for item in stub if is_period_text(item.text)]
    shared = [(min(item.last, cell.last) - max(item.first, cell.first), -item.first, item) for item in heads]
    best = max(shared, key=lambda entry: entry[:2], default=None)
    if best is not None and best[0] > 0:
        return [*texts, best[2].text]
    if len(heads) == count:
        return [*texts, heads[index].text]
    before = [item for item in heads if item.first <= cell.first]
    return [*texts, before[-1].text] if before else texts


def build_table(rows: Sequence[GridRow], *, start: int, end: int) -> Table:
    """Name the cells of a written table; caption, scale and currency are settled by `caption_tables`."""
    heads = _Heads()
    group = ""
    cells: list[Cell] = []
    stub_end = min((cell.last for row in rows for cell in row.cells[:1] if len(row.cells) > 1), default=1)
    any_figures = any(_figures(row) for row in rows)
    for number, row in enumerate(rows):
        kind = _kind(row, seen_data=heads.closed) if any_figures else ("head" if number == 0 else "data")
        if kind == "head":
            heads.add(row)
        elif kind == "group":
            group = row.cells[0].text
        if kind != "data":
            cells += [Cell(number, cell.first, cell.text, cell.start, cell.end) for cell in row.cells]
            continue
        heads.closed = True
        cells += _data_cells(number, row, heads, group, stub_end)
        if not row.cells[0].text.strip() or _closes_group(row.cells[0].text):
            group = ""
    return Table(start, end, "", None, None, tuple(cells))


def _data_cells(number: int, row: GridRow, heads: _Heads, group: str, stub_end: int) -> list[Cell]:
    figures = _figures(row, years=True)
    labels = [cell.text for cell in row.cells if cell not in figures and (not figures or cell.first < figures[0].first)]
    label = " ".join(labels)
    made: list[Cell] = []
    for cell in row.cells:
        path: tuple[str, ...] = ()
        if cell in figures:
            path = heads.path(cell, figures.index(cell), len(figures), stub_end)
        elif cell.text not in labels[:1]:
            path = heads.path(cell, -1, -1, stub_end)
        made.append(Cell(number, cell.first, cell.text, cell.start, cell.end, path, label, group))
    return made


def _figures(row: GridRow, *, years: bool = False) -> list[GridCell]:
    return [cell for cell in row.cells if (years or not is_year(cell.text)) and parse_amount(cell.text) is not None]


def _kind(row: GridRow, *, seen_data: bool) -> str:
    if len(row.cells) == 1 and not parse_amount(row.cells[0].text):
        text = row.cells[0].text
        period = is_period_text(text) and len(text) < 80 and not text.endswith(":")
        scale = len(text) < 160 and read_scale(text) is not None
        return "head" if period or scale or (row.cells[0].first > 1 and not seen_data) else "group"
    if _figures(row):
        dashes_only = all(is_period_text(cell.text) for cell in row.cells[1:] if parse_amount(cell.text) is None)
        return "data" if dashes_only or seen_data or parse_amount(row.cells[0].text) is None else "head"
    periods = sum(is_period_text(cell.text) for cell in row.cells)
    if not seen_data:
        return "head"
    return "head" if periods * 2 >= len(row.cells) else "data"


def _closes_group(label: str) -> bool:
    return label.lower().startswith("total ")


def caption_tables(text: str, tables: Iterable[Table]) -> tuple[Table, ...]:
    """Settle caption, scale and currency of each table from its own heads, then from the lines before it."""
    done: list[Table] = []
    floor = 0
    for table in tables:
        lines = _lines_before(text, table.start, floor)
        own = _own_heads(table)
        statement = next((line for line in (own, *lines) if _SCALE.search(line)), "")
        caption = " · ".join(reversed(_title_lines(lines)))[-CAPTION_CHARACTERS_MAX:]
        done.append(_captioned(table, caption, statement, f"{own} {text[table.start : table.start + 2000]}"))
        floor = table.end
    return tuple(done)


def _title_lines(lines: Sequence[str]) -> list[str]:
    """Keep the lines that head a table, nearest first: running text ends them, unless it introduces the table."""
    kept: list[str] = []
    for line in lines:
        if len(line) > _TITLE_CHARACTERS_MAX or _SENTENCE_END.search(line):
            return [*kept, line] if not kept and line.endswith(":") else kept
        kept.append(line)
    return kept


def _captioned(table: Table, caption: str, statement: str, head: str) -> Table:
    shares = _SHARES_SCALE.search(statement)
    own_shares = shares is not None and (shares.group(1) or shares.group(2)).lower()
    scale = read_scale(statement)
    currency = _CURRENCY.search(f"{statement} {head}")
    shown = currency.group(0) if currency is not None else None
    return replace(
        table,
        caption=caption,
        scale=scale,
        currency=None if shown is None else _CURRENCIES.get(shown, shown),
        per_share_exempt=_PER_SHARE_EXEMPT.search(statement) is not None,
        shares_exempt=bool(own_shares) or _SHARES_EXEMPT.search(statement) is not None,
        shares_scale=_SCALES[own_shares] if own_shares else 0,
    )


def read_scale(statement: str) -> int | None:
    """Read the power of ten a caption states ("in millions" → 6); the first one stated is the one for money."""
    for match in _SCALE.finditer(statement):
        before = statement[max(0, match.start() - 40) : match.start()].lower()
        if "share" in before and _SCALE.search(statement, match.end()):
            continue
        word = match.group(1) or match.group(2)
        return 3 if word is None else _SCALES[word.lower()]
    return None


def _own_heads(table: Table) -> str:
    first_data = next((cell.row for cell in table.cells if cell.row_label and parse_amount(cell.text)), 10**6)
    return " ".join(cell.text for cell in table.cells if cell.row < first_data)[:600]


def _lines_before(text: str, start: int, floor: int) -> list[str]:
    reach = max(floor, start - _CAPTION_REACH_CHARACTERS)
    lines = [line.strip() for line in text[reach:start].split("\n")]
    return [line for line in reversed(lines) if line][:_CAPTION_LINES_MAX]
