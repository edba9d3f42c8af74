"""Ties the figures of a statement's rows to columns, strictly: a row that does not fill all columns is not read.

Page text often puts every year of the heads on a line of its own ("Year Ended December 31," / "2020" / "2019"); the
heads are read here once for the whole table, in the order in which the columns stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auspex.filings.model import Cell, Table
from auspex.filings.reading.amounts import is_year, parse_amount

_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_FULL_DATE = re.compile(rf"\b({_MONTH})\s+(\d{{1,2}})\s*,\s*((?:19|20)\d\d)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LENGTH = re.compile(
    r"\b(?:three|six|nine|twelve|3|6|9|12)\s+months\s+ended\b|\b(?:fiscal\s+)?(?:years?|quarters?)\s+ended\b|\bfiscal\s+years?\b"
    r"|\b\d\d\s+weeks\s+ended\b",
    re.IGNORECASE,
)
COLUMNS_MAX = 6
_SCALE_MARK = re.compile(
    r"(?:[$€£¥₹`]|\b(?:usd|eur|gbp|rmb|cny|chf|aud|cad|nt\$))\s?(?:(?P<thousand>['’‘`]?000s?\b|k\b|thousands?\b)"
    r"|(?P<million>mn?\b|millions?\b)|(?P<billion>bn\b|billions?\b))"
    r"|\(\s?['’]?(?P<bare>000s?)\s?\)|^\s*(?P<word>thousand|million|billion)s?\s*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that fills every column: `cells` in the order of the columns."""

    label: str
    group: str
    cells: tuple[Cell, ...]


def list_rows(table: Table) -> tuple[Row, ...]:
    """Return the rows of a table with two or more figures, without note numbers ("6)" of "(Note 6)")."""
    by_row: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if (cell.row_label or cell.row_group) and cell.text != cell.row_label:
            by_row.setdefault(cell.row, []).append(cell)
    rows = []
    for cells in by_row.values():
        figures = tuple(c for c in cells if _balanced(c.text) and parse_amount(c.text) is not None)
        broken = len(figures) != len(cells)
        if len(figures) > 1 and not broken and not all(is_year(c.text) for c in figures):
            rows.append(Row(cells[0].row_label, cells[0].row_group, figures))
    return tuple(rows)


def read_heads(text: str, table: Table, rows: Sequence[Row], columns: int) -> tuple[tuple[str, ...], ...] | None:
    """Return the head path of each of `columns` columns: the words of the length, then a date or a year.

    None when the heads name another number of periods.
    """
    first = min((cell.start for row in rows for cell in row.cells), default=table.start)
    label = text.rfind(rows[0].label.split("\n")[0], 0, first) if rows else -1
    head = text[table.start : label if label > table.start else first]
    dates = [f"{m[1]} {m[2]}, {m[3]}" for m in _FULL_DATE.finditer(head)]
    ends: Iterable[str]
    if len(dates) == columns:
        ends = dates
    else:
        bare = _FULL_DATE.sub(lambda m: f"{m[1]} {m[2]}, {m[3]}", head)
        years = [m[0] for m in _YEAR.finditer(bare)]
        days = [f"{m[1]} {m[2]}" for m in _month_days(head)]
        if len(years) != columns:
            return None
        if len(days) == 1:
            ends = [f"{days[0]}, {year}" for year in years]
        elif len(days) == columns:
            ends = [f"{day}, {year}" for day, year in zip(days, years, strict=True)]
        elif not days:
            ends = years
        else:
            return None
    lengths = list(dict.fromkeys(" ".join(m[0].split()) for m in _LENGTH.finditer(head)))
    if len(lengths) > 1:
        return None
    heads = tuple((*lengths, end) for end in ends)
    return heads if len(set(heads)) == columns else None


def _month_days(head: str) -> Iterator[re.Match[str]]:
    """Yield each `December 31`, whether or not its year follows on the next line."""
    yield from re.finditer(rf"\b({_MONTH})\s+(\d{{1,2}})\b", head, re.IGNORECASE)


def usual_columns(rows: Sequence[Row]) -> int:
    """Return the number of figures that most rows have, 0 for a table without rows or with too many columns."""
    counts = [len(row.cells) for row in rows]
    usual = max(set(counts), key=lambda n: (counts.count(n), n), default=0)
    return usual if usual <= COLUMNS_MAX else 0


def _balanced(text: str) -> bool:
    return text.count("(") == text.count(")")


def read_scale_mark(text: str) -> int | None:
    """Read a scale that heads print as a mark (`€m`, `$’000`, `US$ million`); None without one, or with two kinds."""
    found = set()
    for match in _SCALE_MARK.finditer(text):
        word = (match["word"] or "").lower()
        if match["thousand"] or match["bare"] or word == "thousand":
            found.add(3)
        elif match["million"] or word == "million":
            found.add(6)
        else:
            found.add(9)
    return found.pop() if len(found) == 1 else None
