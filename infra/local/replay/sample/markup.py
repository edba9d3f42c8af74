"""Pieces of a filing's HTML: headings, paragraphs and tables, laid out as filing software lays them out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_CELL = 'style="text-align:right;padding:2px"'


def heading(text: str, *, centred: bool = False) -> str:
    """Return a bold line that stands alone."""
    align = "center" if centred else "left"
    return f'<div style="text-align:{align};margin-top:12pt"><span style="font-weight:700">{escape(text)}</span></div>'


def subheading(text: str) -> str:
    """Return an italic line that stands alone."""
    return f'<div style="margin-top:6pt"><span style="font-style:italic">{escape(text)}</span></div>'


def paragraph(text: str) -> str:
    """Return a paragraph; the text may hold tagged figures and is not escaped."""
    return f'<div style="margin-top:6pt;text-align:justify"><span>{text}</span></div>'


def page_break(number: int) -> str:
    """Return a page's foot and the rule below it."""
    return f'<div style="text-align:center"><span>{number}</span></div><hr style="page-break-after:always" />'


def table(heads: Sequence[Sequence[str]], rows: Sequence[tuple[str, Sequence[str]]], *, dollars: bool = True) -> str:
    """Return a table: rows of column heads, then (label, cells). A row without cells is a heading within the table.

    Dollar signs and closing brackets stand in cells of their own, as in real filings. A cell that begins with `$` keeps
    its sign; with `dollars` the first and the last row of figures get one.
    """
    width = max(len(cells) for _, cells in rows)
    lines = ['<table style="border-collapse:collapse;width:100%">']
    for head in heads:
        span = 3 * width // len(head)
        titles = "".join(f'<td colspan="{span}" style="text-align:center">{escape(text)}</td>' for text in head)
        lines.append(f"<tr><td></td>{titles}</tr>")
    numbered = [at for at, (_, cells) in enumerate(rows) if cells]
    for at, (label, cells) in enumerate(rows):
        signed = dollars and at in (numbered[0], numbered[-1])
        lines.append(f"<tr><td>{escape(label)}</td>{''.join(_cell(cell, signed=signed) for cell in cells)}</tr>")
    return "\n".join([*lines, "</table>"])


def contents(rows: Sequence[tuple[str, str]]) -> str:
    """Return a table of contents: item and page."""
    lines = [f"<tr><td>{escape(label)}</td><td>{page}</td></tr>" for label, page in rows]
    return "\n".join(['<table style="width:100%">', *lines, "</table>"])


def _cell(cell: str, *, signed: bool) -> str:
    """Return three cells: sign, number, closing bracket."""
    sign = "$" if (signed or cell.startswith("$")) and cell else ""
    number = cell.removeprefix("$")
    closing = ")" if number.endswith(")") else ""
    number = number.removesuffix(")")
    return f"<td>{sign}</td><td {_CELL}>{number}</td><td>{closing}</td>"
