"""Reads the lines of financial statements out of stored text at ask time, for figures that no analysis has stored.

Only text under the title of a statement counts: a segment note also has a line "Net sales". Every figure is cited with
its row, and with the head of its table, where period and scale stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from auspex.filings.answers.citations import StoredSection
from auspex.filings.answers.evidence import EvidenceFigure, Source
from auspex.filings.answers.statement_columns import Row, list_rows, read_heads, read_scale_mark, usual_columns
from auspex.filings.answers.vocabulary import Metric, Vocabulary, load_vocabulary
from auspex.filings.extraction.kpi_tables import row_basis
from auspex.filings.extraction.metrics import BY_NAME, label_rank
from auspex.filings.extraction.period_columns import ColumnReader
from auspex.filings.model import Basis, Cell, Method, Table
from auspex.filings.reading.amounts import Amount, parse_amount
from auspex.filings.reading.dates import list_dates
from auspex.filings.reading.text_tables import read_text_tables

TITLE_REACH_CHARACTERS = 400
HEAD_CHARACTERS_MAX = 600
ROW_CHARACTERS_MAX = 400
CONTINUATION_CHARACTERS_MAX = 400
_NOT_THE_REGISTRANT = re.compile(
    r"\bsegment|\bguarant(?:or|ee)|\bobligor|\bsummari[sz]ed\s+(?:financial|balance|statement)|\bunconsolidated|"
    r"parent[\s-]only|condensed\s+consolidating|\bpro\s?forma|\bquarterly\s+financial|\bpercent(?:age)?"
    r"\s+of\s+(?:net\s+)?(?:sales|revenues?)|\bcomprehensive\s+(?:income|loss)\s*$",
    re.IGNORECASE,
)
_PER_SHARE = re.compile(r"\bper\s+(?:\w+\s+){0,3}share\b|\beps\b", re.IGNORECASE)
_OTHER_LABEL_RANK = 100
NARROW_RANK = 1_000
"""A statement that shows few of the known lines (a note, a subsidiary) ranks behind one that shows many."""
BREADTH_MAX = 12
_EXACT_LABELS = frozenset({"payables", "inventory", "long_term_debt", "dividends", "cost_of_revenue"})


@dataclass(frozen=True, slots=True)
class StatementText:
    """A stored section to read, with what its filing says about itself."""

    section: StoredSection
    source: Source
    annual: bool
    report_date: date | None


def read_line_items(statement: StatementText, metrics: Sequence[str]) -> list[EvidenceFigure]:
    """Return the figures of the named metrics that a statement in this text shows, with rank 0 for the best label."""
    vocabulary = load_vocabulary()
    text = statement.section.text
    reader = ColumnReader(statement.report_date, tuple(list_dates(text)), annual=statement.annual)
    figures: list[EvidenceFigure] = []
    shown: dict[str, set[str]] = {}
    before: _Columns | None = None
    for table in read_text_tables(text):
        rows = list_rows(table)
        columns = _columns(text, table, rows, vocabulary, before)
        if columns is None:
            continue
        before = columns
        shown.setdefault(columns.statement, set()).update(
            metric for row in rows for metric, _ in vocabulary.metric_of_line_item(row.label)
        )
        wanted = [vocabulary.metrics[m] for m in metrics if m in vocabulary.metrics]
        wanted = [metric for metric in wanted if metric.statement == columns.statement]
        for row in rows:
            if len(row.cells) == len(columns.heads):
                figures.extend(_row_figures(_Reading(statement, columns, reader), row, wanted, vocabulary))
    breadth = {key: len(shown.get(metric.statement, ())) for key, metric in vocabulary.metrics.items()}
    return [replace(f, rank=f.rank + NARROW_RANK * max(0, BREADTH_MAX - breadth[f.metric])) for f in figures]


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the head of a statement says: which statement, its scale and currency, a head path for each column."""

    statement: str
    scale: int
    currency: str
    caption: str
    heads: tuple[tuple[str, ...], ...]
    head_span: tuple[int, int] | None
    end: int


def _columns(
    text: str, table: Table, rows: Sequence[Row], vocabulary: Vocabulary, before: _Columns | None
) -> _Columns | None:
    """Read the head of a table, or go on with the one before it where a statement only breaks in two."""
    kind = _statement_of(text, table, vocabulary)
    count = usual_columns(rows)
    if kind is not None and count:
        first = min(cell.start for row in rows for cell in row.cells)
        scale = read_scale_mark(text[table.start : first]) if table.scale is None else table.scale
        heads = read_heads(text, table, rows, count)
        if heads is not None and scale is not None:
            span = (table.start, first) if first - table.start <= HEAD_CHARACTERS_MAX else None
            return _Columns(kind, scale, table.currency or "USD", table.caption, heads, span, table.end)
    if before is None or count != len(before.heads) or table.start - before.end > CONTINUATION_CHARACTERS_MAX:
        return None
    return replace(before, end=table.end) if table.scale in {None, before.scale} else None


def _statement_of(text: str, table: Table, vocabulary: Vocabulary) -> str | None:
    """Return which statement a table belongs to by the title above it, None without one."""
    above = " ".join(text[max(0, table.start - TITLE_REACH_CHARACTERS) : table.start + 200].split())
    if _NOT_THE_REGISTRANT.search(above) or _NOT_THE_REGISTRANT.search(table.caption):
        return None
    places = {
        kind: found[-1].start()
        for kind, pattern in vocabulary.statement_titles.items()
        if (found := list(pattern.finditer(above)))
    }
    return max(places, key=lambda kind: places[kind]) if places else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One table being read."""

    statement: StatementText
    columns: _Columns
    reader: ColumnReader


def _row_figures(
    reading: _Reading, row: Row, wanted: Sequence[Metric], vocabulary: Vocabulary
) -> Iterator[EvidenceFigure]:
    for metric in wanted:
        rank = _rank(metric, row, vocabulary)
        if rank is None:
            continue
        for cell, head in zip(row.cells, reading.columns.heads, strict=True):
            amount = parse_amount(cell.text)
            if amount is None or amount.dash:
                continue
            figure = _figure(reading, cell, head, metric, amount, row_start=row.cells[0].start)
            if figure is not None:
                yield replace(figure, rank=rank)


def _rank(metric: Metric, row: Row, vocabulary: Vocabulary) -> int | None:
    """Return how well a row names a metric, 0 best; None not at all or when it is a per-share or a share row."""
    per_share = bool(_PER_SHARE.search(f"{row.group} {row.label}"))
    if per_share != (metric.unit == "per_share"):
        return None
    own = dict(vocabulary.metric_of_line_item(row.label)).get(metric.key)
    if own is not None:
        return own
    known = BY_NAME.get(metric.key)
    stored = label_rank(known, row.label, row.group) if known is not None and metric.key not in _EXACT_LABELS else None
    return None if stored is None else _OTHER_LABEL_RANK + stored


def _figure(
    reading: _Reading, cell: Cell, head: tuple[str, ...], metric: Metric, amount: Amount, *, row_start: int
) -> EvidenceFigure | None:
    statement, columns = reading.statement, reading.columns
    period = reading.reader.read(head, caption=columns.caption, instant=metric.measure == "instant")
    if period is None or amount.percent != (metric.unit == "percent"):
        return None
    if row_basis(cell.row_label, cell.row_group, head, "") != Basis.GAAP:
        return None
    scale = {"per_share": 0, "percent": -2}.get(metric.unit, columns.scale)
    value = amount.value.scaleb(scale)
    return EvidenceFigure(
        metric=metric.key,
        label=metric.label,
        value=abs(value) if metric.outflow else value,
        kind=metric.unit,
        currency=amount.currency or columns.currency,
        scale_shown=scale,
        period_end=period.end,
        period_type=period.period_type,
        basis=Basis.GAAP,
        method=Method.TEXT_TABLE,
        cik=statement.source.cik,
        sources=_sources(statement, columns, cell, row_start=row_start),
        outflow=metric.outflow,
    )


def _sources(statement: StatementText, columns: _Columns, cell: Cell, *, row_start: int) -> tuple[Source, ...]:
    """Return the row up to the cell, and the head of the table when it is short enough to be quoted."""
    text = statement.section.text
    label = cell.row_label.split("\n")[0].strip()
    start = text.rfind(label, max(0, cell.start - ROW_CHARACTERS_MAX), cell.start) if label else row_start
    row = _span(statement, start if start >= 0 else cell.start, cell.end)
    if columns.head_span is None:
        return (row,)
    head_start, head_end = columns.head_span
    return row, _span(statement, head_start, head_start + len(text[head_start:head_end].rstrip()))


def _span(statement: StatementText, start: int, end: int) -> Source:
    return replace(statement.source, start=start, end=end, quote=statement.section.text[start:end])
