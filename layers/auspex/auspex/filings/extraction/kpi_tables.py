"""Read followed figures out of tables: the route for releases and for reports without XBRL (FILINGS 7.6)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auspex.filings.extraction.kpi_places import place_figure
from auspex.filings.extraction.metrics import METRICS, Kind, Metric, Statement, label_rank
from auspex.filings.extraction.period_columns import ColumnReader, Period
from auspex.filings.extraction.periods import FiscalCalendar
from auspex.filings.model import Basis, Cell, FilingDocument, Kpi, Method, Table
from auspex.filings.reading.amounts import Amount, is_year, parse_amount, scaled
from auspex.filings.reading.dates import list_dates, read_date
from auspex.filings.reading.tables import read_scale

_NON_GAAP = re.compile(
    r"non[\s-]?gaap|\badjusted\b|\bexcluding\b|constant[\s-]currency|\borganic\b|\bcore\b|\bpro\s?forma\b|\bunderlying\b",
    re.IGNORECASE,
)
# Words that GAAP statements use too ("cost of sales, excluding amortization").
_WEAK_NON_GAAP = re.compile(r"\bexcluding\b|\bcore\b|\bunderlying\b", re.IGNORECASE)
_MINORITY = re.compile(r"non-?controlling|minority", re.IGNORECASE)
_GAAP = re.compile(r"(?<!non-)(?<!non )\bgaap\b|as reported|\breported\b", re.IGNORECASE)
_RECONCILIATION = re.compile(r"reconcil", re.IGNORECASE)
_PER_SHARE = re.compile(r"\bper\s+(?:\w+\s+){0,3}?(?:share|unit|ads)\b|\beps\b", re.IGNORECASE)
_SHARES = re.compile(r"\bshares?\b", re.IGNORECASE)
_NOT_REGISTRANT = re.compile(
    r"segment|guarantor|parent[\s-]only|obligor|by (?:product|region|geograph)|pro\s?forma", re.IGNORECASE
)
_TITLES = {
    Statement.INCOME: re.compile(
        r"\bstatements? of (?:\w+ )?(?:operations|income|earnings|loss|net (?:income|loss)|comprehensive)"
        r"|income statements?|statements? of consolidated (?:\w+ )?(?:operations|income|earnings)",
        re.IGNORECASE,
    ),
    Statement.BALANCE: re.compile(r"\bbalance sheets?|statements? of (?:\w+ )?financial (?:position|condition)", re.I),
    Statement.CASH_FLOW: re.compile(r"\bstatements? of (?:\w+ )?cash flows?|cash flows? statements?", re.IGNORECASE),
}
_TITLE_WORTH = 4
_TITLE_LINES = 4
_TITLE_CHARACTERS_MAX = 140
_EPS_ABSOLUTE_MAX = Decimal(100_000)
_UNSTATED_SCALE_MAX = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class TableFigure:
    """A figure of a table that a metric's label and a column's head name."""

    metric: Metric
    basis: Basis
    period: Period
    value: Decimal
    scale: int
    amount: Amount
    cell: Cell
    table: Table
    label_rank: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What a document's tables leave to be known from elsewhere: periods of bare years, a scale stated but once."""

    reader: ColumnReader
    usual_scale: int | None = None


def read_figures(tables: Sequence[Table], setting: Setting) -> list[TableFigure]:
    """Choose one figure for each (metric, basis, period) from a document's tables.

    A metric is taken from the table that is titled as its statement and shows most of its metrics, earlier tables
    first; one that shows little of a statement that another table is titled as is not trusted at all.
    """
    found: dict[tuple[str, Basis, str, date], tuple[tuple[int, int, int], TableFigure]] = {}
    read = [list(_table_figures(table, setting)) for table in tables]
    titles = [_titled_as(table.caption) if figures else set() for table, figures in zip(tables, read, strict=True)]
    announced = set().union(*titles)
    for number, (table, figures, titled) in enumerate(zip(tables, read, titles, strict=True)):
        breadth = Counter(statement for _, statement in {(f.metric.name, f.metric.statement) for f in figures})
        odd = _NOT_REGISTRANT.search(table.caption) is not None
        for figure in figures:
            statement = figure.metric.statement
            worth = breadth[statement] - 3 * odd + _TITLE_WORTH * (statement in titled)
            if worth < _least_worth(figure, announced):
                continue
            key = (figure.metric.name, figure.basis, figure.period.period_type.value, figure.period.end)
            score = (worth, -number, -figure.label_rank)
            if key not in found or score > found[key][0]:
                found[key] = (score, figure)
    return [figure for _, figure in found.values()]


def _least_worth(figure: TableFigure, announced: set[Statement]) -> int:
    """Say how much of a statement a table must show; non-GAAP figures and rates stand in tables of their own."""
    if figure.metric.kind is Kind.RATIO or figure.basis is Basis.NON_GAAP:
        return 0
    return 3 if figure.metric.statement in announced else 2


def _titled_as(caption: str) -> set[Statement]:
    """Name the statements that the lines directly above a table announce."""
    lines = [line for line in caption.split(" · ")[-_TITLE_LINES:] if len(line) <= _TITLE_CHARACTERS_MAX]
    return {statement for statement, title in _TITLES.items() if any(title.search(line) for line in lines)}


def _table_figures(table: Table, setting: Setting) -> Iterator[TableFigure]:
    ranks: dict[tuple[str, str], list[tuple[Metric, int]]] = {}
    shared = any(_MINORITY.search(cell.row_label) for cell in table.cells)
    for cell in table.cells:
        if not (cell.row_label or cell.row_group) or cell.text == cell.row_label or is_year(cell.text):
            continue
        key = (cell.row_label, cell.row_group)
        if key not in ranks:
            ranks[key] = [named for named in _named(*key, shared=shared) if _row_fits(named[0], *key)]
        if not ranks[key]:
            continue
        amount = parse_amount(cell.text)
        if amount is None:
            continue
        for metric, rank in ranks[key]:
            figure = _figure((metric, rank), amount, cell, table, setting)
            if figure is not None:
                yield figure


def _named(label: str, group: str, *, shared: bool) -> Iterator[tuple[Metric, int]]:
    """List the metrics a row may be; where others share the profit, plain "net income" is not the holders' own."""
    for metric in METRICS:
        rank = label_rank(metric, label, group)
        if rank is not None:
            whole_profit = shared and metric.name == "net_income" and "to" not in label.lower().split()
            yield metric, rank + 10 * whole_profit


def _row_fits(metric: Metric, label: str, group: str) -> bool:
    """Whether a row counts what the metric counts: money rows are not per-share rows."""
    words = f"{group} {label}"
    if metric.kind is Kind.MONEY:
        return _PER_SHARE.search(words) is None and not (_SHARES.search(label) and not metric.is_instant)
    return True


def _figure(
    named: tuple[Metric, int], amount: Amount, cell: Cell, table: Table, setting: Setting
) -> TableFigure | None:
    metric, rank = named
    if not _amount_fits(metric, amount):
        return None
    basis = row_basis(cell.row_label, cell.row_group, cell.header, table.caption)
    period = setting.reader.read(cell.header, caption=table.caption, instant=metric.is_instant)
    if basis is None or period is None:
        return None
    stated = read_scale(cell.row_label) if "(" in cell.row_label and metric.kind in {Kind.MONEY, Kind.SHARES} else None
    scale = figure_scale(metric, amount, table, setting.usual_scale) if stated is None else stated
    value = scaled(amount.value, scale)
    return TableFigure(
        metric, basis, period, abs(value) if metric.unsigned else value, scale, amount, cell, table, rank
    )


def _amount_fits(metric: Metric, amount: Amount) -> bool:
    if metric.kind is Kind.RATIO:
        return amount.percent or amount.decimals > 0
    if amount.percent:
        return False
    if metric.kind is Kind.PER_SHARE:
        return (amount.decimals >= 2 or amount.dash) and abs(amount.value) < _EPS_ABSOLUTE_MAX
    return True


def figure_scale(metric: Metric, amount: Amount, table: Table, default_scale: int | None) -> int:
    """Return the power of ten of a figure: per-share rows are never scaled, percentages are hundredths.

    Where a table states no scale its document's usual one holds, unless the figure is too large for it.
    """
    if metric.kind is Kind.RATIO:
        return -2
    if metric.kind is Kind.PER_SHARE:
        return 0
    if metric.kind is Kind.SHARES and table.shares_exempt:
        return table.shares_scale
    if table.scale is not None:
        return table.scale
    return 0 if default_scale is None or abs(amount.value) >= _UNSTATED_SCALE_MAX else default_scale


def row_basis(label: str, group: str, header: Sequence[str], caption: str) -> Basis | None:
    """Say on which basis a row or column stands; None where a reconciliation leaves it open (FILINGS 7.6)."""
    plain_statement = bool(_titled_as(caption)) and _NON_GAAP.search(caption) is None
    for text in (label, *reversed(header), group):
        adjusted = _NON_GAAP.search(_WEAK_NON_GAAP.sub("", text) if plain_statement else text) is not None
        if adjusted or _GAAP.search(text):
            return Basis.NON_GAAP if adjusted else Basis.GAAP
    if _NON_GAAP.search(caption) is None:
        return Basis.GAAP
    both = _GAAP.search(caption) is not None or _RECONCILIATION.search(caption) is not None
    return None if both else Basis.NON_GAAP


def usual_scale(tables: Sequence[Table]) -> int | None:
    """Return the scale that most of a document's tables state, None if none does."""
    stated = [table.scale for table in tables if table.scale is not None]
    return max(sorted(set(stated)), key=stated.count, default=None)


def shown_ends(tables: Sequence[Table]) -> list[date]:
    """List the dates that column heads and captions show, first mention first."""
    heads = dict.fromkeys(head for table in tables for cell in table.cells for head in cell.header)
    dates = [item for head in heads if (item := read_date(head)) is not None]
    dates += [item for table in tables for item in list_dates(table.caption)]
    return list(dict.fromkeys(dates))


def to_kpi(
    figure: TableFigure, document: FilingDocument, calendar: FiscalCalendar | None, *, method: Method, preliminary: bool
) -> Kpi | None:
    """Make a table figure a KPI with its place; None if no section holds it."""
    place = place_figure(document, figure.cell.start, figure.cell.end)
    if place is None:
        return None
    money = figure.amount.currency or figure.table.currency or "USD"
    units = {Kind.MONEY: money, Kind.PER_SHARE: f"{money}/shares", Kind.SHARES: "shares", Kind.RATIO: "pure"}
    period = figure.period
    return Kpi(
        metric=figure.metric.name,
        label=figure.cell.row_label or figure.metric.title,
        value=figure.value,
        unit=units[figure.metric.kind],
        scale_shown=figure.scale,
        period_start=period.start,
        period_end=period.end,
        period_type=period.period_type,
        fiscal_period=None if calendar is None else calendar.label(period.period_type, period.end),
        basis=figure.basis,
        method=method,
        span=place.span,
        quote=place.quote,
        preliminary=preliminary,
        figure_start=place.figure_start,
        figure_end=place.figure_end,
    )
