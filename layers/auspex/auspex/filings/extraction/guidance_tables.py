"""Read outlook tables: rows name the figure, columns the period or the ends of the range (FILINGS 7.9)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auspex.filings.extraction.guidance_amounts import Expression, scan_expressions
from auspex.filings.extraction.guidance_item import GuidancePeriod, Shape
from auspex.filings.extraction.guidance_metrics import Mention, find_label, read_basis
from auspex.filings.extraction.guidance_periods import Horizon, find_periods, mask_periods
from auspex.filings.extraction.guidance_sentences import Statement, period_of, state
from auspex.filings.extraction.guidance_words import heads_outlook, links
from auspex.filings.extraction.metrics import Kind
from auspex.filings.model import Basis, Cell, Table
from auspex.filings.reading.tables import read_scale

_NOT_AHEAD = re.compile(
    r"\b(?:prior|previous(?:ly)?|former|actuals?|change|variance|mid-?point|y/y|yoy|year[\s-]over[\s-]year|vs\.?"
    r"|consensus|old)\b",
    re.IGNORECASE,
)
_LOW = re.compile(r"\b(?:low|lower|minimum|min|bottom)\b", re.IGNORECASE)
_HIGH = re.compile(r"\b(?:high|higher|upper|maximum|max|top)\b", re.IGNORECASE)
_NOTE = re.compile(r"\((?:\w{1,2}|gaap|non-gaap)\)|\[\w{1,2}\]|[*†‡]+", re.IGNORECASE)
_RECONCILES = re.compile(r"reconcil", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowStatement:
    """A statement and the cell it is read from."""

    statement: Statement
    cell: Cell


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands over a table, for what its own heads do not say."""

    table: Table
    words: str
    period: GuidancePeriod | None
    horizon: Horizon


def read_table(
    table: Table, *, horizon: Horizon, heading: str, inherited: GuidancePeriod | None, in_scope: bool
) -> list[RowStatement]:
    """Return what an outlook table promises; nothing of a table that neither says so nor stands under an outlook.

    `heading` is the outlook heading over it, `inherited` the period that one names.
    """
    heads = {head for cell in table.cells for head in cell.header}
    first = min((cell.row for cell in table.cells), default=0)
    titles = [cell.text for cell in table.cells if cell.row == first]
    words = " ".join((table.caption, heading if in_scope else "", *titles))
    if not (in_scope or heads_outlook(table.caption) or any(heads_outlook(head) for head in (*heads, *titles))):
        return []
    own = period_of(table.caption, horizon) or period_of(" ".join(titles), horizon)
    place = _Place(table, words, own or inherited, horizon)
    rows: dict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        rows[cell.row].append(cell)
    ordered = [sorted(rows[row], key=lambda cell: cell.start) for row in sorted(rows)]
    top = next((number for number, row in enumerate(ordered) if _named(row) is not None), len(ordered))
    return [found for row in ordered[top:] for found in _read_row(_headed(row, ordered[:top]), place)]


def _headed(row: Sequence[Cell], heads: Sequence[Sequence[Cell]]) -> list[Cell]:
    """Give a row's values the heads over them where the table's own reading took value rows for heads or lost them."""
    done = [row[0]]
    for number, cell in enumerate(row[1:]):
        header = tuple(head for head in cell.header if not _is_value(head))
        if not header:
            over = [_over(cell, number, len(row) - 1, head) for head in heads]
            header = tuple(text for text in over if text is not None)
        done.append(replace(cell, header=header))
    return done


def _is_value(text: str) -> bool:
    return any(found.kind != "plain" or found.scaled for found in scan_expressions(mask_periods(text)))


def _over(cell: Cell, number: int, count: int, head: Sequence[Cell]) -> str | None:
    same = next((each.text for each in head if each.column == cell.column), None)
    return same if same is not None or len(head) != count else head[number].text


def _named(row: Sequence[Cell]) -> Mention | None:
    group = next((cell.row_group for cell in row if cell.row_group), "")
    label = row[0].text
    return find_label(label) or (find_label(f"{group.rstrip(' :')} {label}") if group else None)


def _read_row(cells: Sequence[Cell], place: _Place) -> Iterator[RowStatement]:
    mention = _named(cells)
    if mention is None or mention.metric is None:
        return
    label = cells[0].text
    group = next((cell.row_group for cell in cells if cell.row_group), "")
    ends: dict[tuple[str, ...], tuple[str, Cell, Expression]] = {}
    for cell in cells[1:]:
        heads = " ".join(cell.header)
        if _NOT_AHEAD.search(heads) or _NOT_AHEAD.search(label):
            continue
        expression = _value(cell, mention, label, place)
        if expression is None:
            continue
        side = _side(cell.header)
        if side is None:
            yield from _stated(mention, expression, cell, f"{group} {label}", place)
            continue
        rest = tuple(head for head in cell.header if _side((head,)) is None)
        other = ends.pop(rest, None)
        if other is None:
            ends[rest] = (side, cell, expression)
        elif other[0] != side:
            yield from _stated(mention, _joined(other[2], expression), other[1], f"{group} {label}", place)


def _stated(mention: Mention, expression: Expression, cell: Cell, label: str, place: _Place) -> Iterator[RowStatement]:
    heads = " ".join(cell.header)
    named = [m for m in find_periods(heads, place.horizon) if not m.compared]
    periods = {m.period for m in named}
    period = periods.pop() if len(periods) == 1 else None if named else place.period
    basis = _basis(label, heads, mention, place)
    if period is None or basis is None:
        return
    statement = state(mention, expression, basis, period, f"{label} {heads} {place.words}")
    if statement is not None:
        yield RowStatement(statement, cell)


def _basis(label: str, heads: str, mention: Mention, place: _Place) -> Basis | None:
    for words in (label, heads):
        named = read_basis(words)
        if named:
            return named[0] if len(named) == 1 else None
    named = read_basis(place.table.caption)
    assert mention.metric is not None
    return named[0] if len(named) == 1 and not _RECONCILES.search(place.table.caption) else mention.metric.basis


def _value(cell: Cell, mention: Mention, label: str, place: _Place) -> Expression | None:
    """Read a cell that holds one value and at most joining words, on the scale of its table."""
    text = _NOTE.sub(lambda match: " " * len(match[0]), cell.text)
    if text.strip().startswith("("):
        text = cell.text
    found = scan_expressions(text)
    if len(found) != 1 or not links(f"{text[: found[0].start]} {text[found[0].end :]}"):
        return None
    expression = found[0]
    assert mention.metric is not None
    kind = mention.metric.kind
    if kind is Kind.RATIO and expression.kind == "plain" and "%" in f"{label} {' '.join(cell.header)}":
        return replace(expression.times(-2), kind="percent")
    if expression.scaled or kind in {Kind.PER_SHARE, Kind.RATIO}:
        return expression
    stated = read_scale(label) if "(" in label else None
    if stated is None:
        stated = read_scale(" ".join(cell.header))
    if stated is None:
        own = kind is Kind.SHARES and place.table.shares_exempt
        stated = place.table.shares_scale if own else place.table.scale
    return expression if stated is None else expression.times(stated)


def _side(header: Sequence[str]) -> str | None:
    for head in reversed(header):
        low, high = _LOW.search(head) is not None, _HIGH.search(head) is not None
        if low != high and len(head) <= 24:
            return "low" if low else "high"
    return None


def _joined(first: Expression, second: Expression) -> Expression:
    """Make a range of its two ends, each in a column of its own."""
    values = sorted(value for each in (first, second) for value in (each.low, each.high) if value is not None)
    return replace(
        first, shape=Shape.RANGE, low=values[0], high=values[-1], tolerance=min(first.tolerance, second.tolerance),
        currency=first.currency or second.currency, decimals=max(first.decimals, second.decimals),
        kind=first.kind if first.kind != "plain" else second.kind,
    )  # fmt: skip
