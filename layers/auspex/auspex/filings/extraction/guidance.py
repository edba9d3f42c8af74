"""Extract what a filing promises: outlook sentences and tables, one item per figure, basis and period (FILINGS 7.9)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auspex.filings.extraction.guidance_item import GuidanceItem, GuidancePeriod, Shape
from auspex.filings.extraction.guidance_periods import Horizon, horizon_of
from auspex.filings.extraction.guidance_sentences import Statement, period_of, read_sentence
from auspex.filings.extraction.guidance_tables import read_table
from auspex.filings.extraction.guidance_words import heads_outlook, looks_ahead
from auspex.filings.extraction.kpi_places import place_figure
from auspex.filings.model import FilingDocument, FilingHeader, Kpi, Section, Span
from auspex.filings.reading.sections import section_at
from auspex.filings.reading.sentences import split_sentences

QUOTE_CHARACTERS_MAX = 2_000
HEADING_CHARACTERS_MAX = 160
SUBHEADING_CHARACTERS_MAX = 60
"""An unmarked line this short under an outlook heading, that names a period, holds for what follows it."""
_DISCUSSION = {"10-K": "item7", "10-Q": "part1item2"}
_ANNOUNCING = frozenset({"item2.02", "item7.01", "item8.01"})
_RESULTS = ("results", "reports", "announces", "reported")


@dataclass(frozen=True, slots=True)
class _Scope:
    """From an offset on: whether an outlook heading stands over the text, its words, and the period it names."""

    start: int
    inside: bool
    heading: str
    period: GuidancePeriod | None


def extract_guidance(
    header: FilingHeader,
    documents: Sequence[FilingDocument],
    kpis: Sequence[Kpi],
    *,
    fiscal_year_end: str | None = None,
) -> tuple[GuidanceItem, ...]:
    """Return the guidance of one filing, each item with its place, in the order of the documents.

    Read are the exhibits of a current report with its items 2.02, 7.01 and 8.01, and the management's discussion of a
    periodic one. `kpis` are the filing's own figures: they say where its future begins. `fiscal_year_end` is `MMDD`.
    """
    horizon = horizon_of(header.filing_date, fiscal_year_end, kpis)
    found: list[tuple[int, GuidanceItem]] = []
    for document in documents:
        parts = [part for part in document.sections if _may_hold_guidance(header, document, part.section_key)]
        for start, end in _stretches(parts):
            found += _read_stretch(document, start, end, horizon, tables=header.base_form == "8-K")
    return _settle(found)


def read_quoted_guidance(quote: str, span: Span, horizon: Horizon) -> tuple[GuidanceItem, ...]:
    """Return what a quoted statement of guidance promises; `span` is the place of the quote."""
    found: list[tuple[int, GuidanceItem]] = []
    period: GuidancePeriod | None = None
    for start, end in split_sentences(quote):
        statements = read_sentence(quote[start:end], horizon=horizon, inherited=period, in_scope=True)
        period = statements[-1].period if statements else period
        found += [(0, _item(statement, span, quote, method="llm")) for statement in statements]
    return _settle(found)


def _may_hold_guidance(header: FilingHeader, document: FilingDocument, section_key: str) -> bool:
    kind = document.type.upper()
    if header.base_form == "8-K":
        return kind.startswith("EX-99") or section_key in _ANNOUNCING
    return kind.removesuffix("/A") == header.base_form and section_key == _DISCUSSION.get(header.base_form)


def _stretches(parts: Sequence[Section]) -> list[tuple[int, int]]:
    """Join neighbouring sections: a heading's reach does not end where a section does."""
    joined: list[tuple[int, int]] = []
    for part in parts:
        if joined and joined[-1][1] == part.start:
            joined[-1] = (joined[-1][0], part.end)
        else:
            joined.append((part.start, part.end))
    return joined


def _read_stretch(
    document: FilingDocument, start: int, end: int, horizon: Horizon, *, tables: bool
) -> Iterator[tuple[int, GuidanceItem]]:
    scopes = [_Scope(start, inside=False, heading="", period=None)]
    carried: GuidancePeriod | None = None
    for first, last in split_sentences(document.text[start:end]):
        raw = document.text[start + first : start + last]
        piece = raw.strip()
        at = start + first + len(raw) - len(raw.lstrip())
        if piece and " | " not in piece:
            is_heading = _is_heading(document, at, piece)
            scopes.append(_enter(scopes[-1], piece, at, horizon, is_heading=is_heading))
            scope = scopes[-1]
            inherited = carried or scope.period
            statements = read_sentence(
                piece, horizon=horizon, inherited=inherited, in_scope=scope.inside and not is_heading
            )
            yield from _placed(document, at, piece, statements)
            carried = statements[-1].period if statements else carried
            if not statements and scope.period is None and looks_ahead(piece):
                carried = period_of(piece, horizon) or carried
        if "\n" in raw:
            carried = None
    if tables:
        yield from _read_tables(document, start, end, horizon, scopes)


def _read_tables(
    document: FilingDocument, start: int, end: int, horizon: Horizon, scopes: Sequence[_Scope]
) -> Iterator[tuple[int, GuidanceItem]]:
    starts = [scope.start for scope in scopes]
    for table in document.tables:
        if not start <= table.start < end:
            continue
        scope = scopes[max(0, bisect_right(starts, table.start) - 1)]
        rows = read_table(table, horizon=horizon, heading=scope.heading, inherited=scope.period, in_scope=scope.inside)
        for row in rows:
            place = place_figure(document, row.cell.start, row.cell.end)
            if place is not None:
                yield 1, _item(row.statement, place.span, place.quote)


def _is_heading(document: FilingDocument, at: int, piece: str) -> bool:
    within = any(heading.start <= at and at + len(piece) <= heading.end + 1 for heading in document.headings)
    return within and len(piece) <= HEADING_CHARACTERS_MAX


def _enter(scope: _Scope, piece: str, at: int, horizon: Horizon, *, is_heading: bool) -> _Scope:
    """Return the scope from a line on: headings open and close it, a line that ends in a colon may open it."""
    opens = heads_outlook(piece) and not any(word in piece.lower() for word in _RESULTS)
    if is_heading:
        period = period_of(piece, horizon)
        if opens:
            return _Scope(at, inside=True, heading=piece, period=period)
        if scope.inside and period is not None:
            return _Scope(at, inside=True, heading=f"{scope.heading} {piece}", period=period)
        return _Scope(at, inside=False, heading="", period=None)
    if scope.inside and len(piece) <= SUBHEADING_CHARACTERS_MAX and not piece.endswith("."):
        period = period_of(piece, horizon)
        return scope if period is None else _Scope(at, inside=True, heading=scope.heading, period=period)
    if piece.endswith(":") and (opens or looks_ahead(piece)):
        return _Scope(at, inside=True, heading=piece, period=period_of(piece, horizon) or scope.period)
    return scope


def _placed(
    document: FilingDocument, at: int, piece: str, statements: Sequence[Statement]
) -> Iterator[tuple[int, GuidanceItem]]:
    section = section_at(document.sections, at)
    if section is None or at + len(piece) > section.end or len(piece) > QUOTE_CHARACTERS_MAX:
        return
    span = Span(document.sequence, section.ordinal, at - section.start, at - section.start + len(piece))
    for statement in statements:
        yield 0, _item(statement, span, piece)


def _item(statement: Statement, span: Span, quote: str, *, method: str = "rule") -> GuidanceItem:
    value = statement.expression
    return GuidanceItem(
        metric=statement.metric, basis=statement.basis, period=statement.period, shape=statement.shape,
        low=value.low if value else None, high=value.high if value else None, unit=statement.unit,
        tolerance=value.tolerance if value else None, span=span, quote=quote, method=method,
    )  # fmt: skip


def _settle(found: Sequence[tuple[int, GuidanceItem]]) -> tuple[GuidanceItem, ...]:
    """Keep one item per figure, basis and period: figures before words, ranges before points, tables, the first."""
    best: dict[tuple[object, ...], tuple[tuple[bool, bool, int], GuidanceItem]] = {}
    for from_table, item in found:
        worth = (item.is_numeric, item.shape is Shape.RANGE, from_table)
        if item.key not in best or worth > best[item.key][0]:
            best[item.key] = (worth, item)
    return tuple(item for _, item in best.values())
