"""Turn tagged facts into KPIs (FILINGS 7.5): undimensioned facts only, the first concept present wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auspex.filings.extraction.kpi_places import Place, place_figure
from auspex.filings.extraction.kpi_tables import figure_scale
from auspex.filings.extraction.metrics import CONTRACT_REVENUE, METRICS, TOTAL_REVENUE, Kind, Metric, label_rank
from auspex.filings.extraction.periods import FiscalCalendar, classify_period
from auspex.filings.model import Basis, Fact, FactOrigin, FilingDocument, Kpi, Method
from auspex.filings.reading.amounts import parse_amount, scaled

# Revenue concepts that state a whole; the contract concept may state a part of it (FILINGS 7.5).
_WHOLE_REVENUE = (TOTAL_REVENUE, "us-gaap:RevenuesNetOfInterestExpense")
_CONTRACT_DIFFERENCE_MAX = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class LocatedFact:
    """A fact and the document that shows it, None for facts known from companyfacts alone."""

    fact: Fact
    document: FilingDocument | None


@dataclass(frozen=True, slots=True)
class ChosenFact:
    """The fact taken for a metric and a period; `rival` is the concept that says otherwise by more than 1 %."""

    metric: Metric
    located: LocatedFact
    rival: Fact | None = None


def gather_facts(documents: Sequence[FilingDocument], companyfacts: Iterable[Fact]) -> list[LocatedFact]:
    """Join the facts of the documents with companyfacts rows that no document states."""
    located = [LocatedFact(fact, document) for document in documents for fact in document.facts]
    known = {_key(item.fact) for item in located}
    located += [LocatedFact(fact, None) for fact in companyfacts if _key(fact) not in known]
    return [item for item in located if not item.fact.dims_hash and item.fact.value is not None]


def _key(fact: Fact) -> tuple[str, str, date | None, date, str]:
    return (fact.concept, fact.unit, fact.period_start, fact.period_end, fact.dims_hash)


def choose_facts(facts: Sequence[LocatedFact]) -> list[ChosenFact]:
    """Choose one fact for each metric and period."""
    by_concept: dict[str, list[LocatedFact]] = defaultdict(list)
    for item in facts:
        by_concept[item.fact.concept].append(item)
    chosen: list[ChosenFact] = []
    for metric in METRICS:
        periods: dict[tuple[date | None, date], dict[str, LocatedFact]] = {}
        for concept in metric.concepts:
            for item in by_concept[concept]:
                if _fits(metric, item.fact):
                    period = (item.fact.period_start, item.fact.period_end)
                    periods.setdefault(period, {}).setdefault(concept, item)
        chosen += [_choose(metric, found) for found in periods.values()]
    return chosen


def _fits(metric: Metric, fact: Fact) -> bool:
    unit = fact.unit
    kinds = {Kind.MONEY: len(unit) == 3 and unit.isupper(), Kind.PER_SHARE: unit.endswith("/shares"),
             Kind.SHARES: unit == "shares", Kind.RATIO: unit == "pure"}  # fmt: skip
    return kinds[metric.kind] and (fact.period_start is None) == metric.is_instant


def _choose(metric: Metric, found: dict[str, LocatedFact]) -> ChosenFact:
    first = next(iter(found.values()))
    contract = found.get(CONTRACT_REVENUE)
    if metric.name != "revenue" or contract is None:
        return ChosenFact(metric, first)
    whole = next((found[concept] for concept in _WHOLE_REVENUE if concept in found), None)
    if whole is None or contract.fact.value is None or whole.fact.value is None:
        return ChosenFact(metric, first)
    larger = max(abs(whole.fact.value), abs(contract.fact.value))
    if abs(whole.fact.value - contract.fact.value) <= _CONTRACT_DIFFERENCE_MAX * larger:
        return ChosenFact(metric, first)
    return ChosenFact(metric, whole, contract.fact)


def fact_to_kpi(
    chosen: ChosenFact, documents: Sequence[FilingDocument], calendar: FiscalCalendar | None, *, preliminary: bool
) -> Kpi:
    """Make a chosen fact a KPI; a fact of companyfacts is looked up in the documents' tables for its place."""
    fact, document = chosen.located.fact, chosen.located.document
    place, scale = None, fact.scale or 0
    if document is not None and fact.start is not None and fact.end is not None:
        place = place_figure(document, fact.start, fact.end)
    elif fact.origin is FactOrigin.COMPANYFACTS:
        place, scale = _find_in_tables(chosen.metric, fact, documents)
    period_type = classify_period(fact.period_start, fact.period_end)
    return Kpi(
        metric=chosen.metric.name,
        label=chosen.metric.title,
        value=Decimal(0) if fact.value is None else fact.value,
        unit=fact.unit,
        scale_shown=scale,
        period_start=fact.period_start,
        period_end=fact.period_end,
        period_type=period_type,
        fiscal_period=None if calendar is None else calendar.label(period_type, fact.period_end),
        basis=Basis.GAAP,
        method=Method.XBRL,
        span=None if place is None else place.span,
        quote=None if place is None else place.quote,
        preliminary=preliminary,
        conflict=chosen.rival is not None,
        figure_start=None if place is None else place.figure_start,
        figure_end=None if place is None else place.figure_end,
        concept=fact.concept,
    )


def _find_in_tables(metric: Metric, fact: Fact, documents: Sequence[FilingDocument]) -> tuple[Place | None, int]:
    """Find the cell that shows a fact: a row named like its metric with the same value and the year of its end."""
    year = str(fact.period_end.year)
    for document in documents:
        for table in document.tables:
            for cell in table.cells:
                if label_rank(metric, cell.row_label, cell.row_group) is None or year not in " ".join(cell.header):
                    continue
                amount = parse_amount(cell.text)
                if amount is None or fact.value is None:
                    continue
                scale = figure_scale(metric, amount, table, None)
                if abs(scaled(amount.value, scale)) == abs(fact.value):
                    return place_figure(document, cell.start, cell.end), scale
    return None, 0
