"""Extract a filing's KPIs by every route and settle them against one another (FILINGS 7.5, 7.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from auspex.filings.extraction.kpi_checks import (
    Change,
    KpiConflict,
    change,
    concept_conflicts,
    conflict_of,
    differ,
    find_same_period,
    release_conflicts,
)
from auspex.filings.extraction.kpi_facts import choose_facts, fact_to_kpi, gather_facts
from auspex.filings.extraction.kpi_quarters import derive_quarters
from auspex.filings.extraction.kpi_tables import Setting, TableFigure, read_figures, shown_ends, to_kpi, usual_scale
from auspex.filings.extraction.metrics import METRICS
from auspex.filings.extraction.period_columns import ColumnReader
from auspex.filings.extraction.periods import QUARTERS, FiscalCalendar, read_calendar
from auspex.filings.model import Basis, Fact, FilingDocument, FilingHeader, Kpi, Method
from auspex.filings.reading.dates import read_date
from auspex.filings.reading.text_tables import read_text_tables

__all__ = ["NO_REVENUE", "Change", "KpiConflict", "KpiExtraction", "change", "extract_kpis"]

NO_REVENUE = "no_revenue"
# Only a release under item 2.02 (item 12 before August 2004) reports the registrant's own results.
_RESULT_ITEMS = frozenset({"2.02", "12"})
_PERIODIC = frozenset({"10-K", "10-Q"})
_RANKS = {metric.name: rank for rank, metric in enumerate(METRICS)}


@dataclass(frozen=True, slots=True)
class KpiExtraction:
    """What a filing reports: KPIs, the conflicts among them, and flags such as `no_revenue`."""

    kpis: tuple[Kpi, ...]
    conflicts: tuple[KpiConflict, ...] = ()
    flags: tuple[str, ...] = ()


def extract_kpis(
    header: FilingHeader,
    documents: Sequence[FilingDocument],
    companyfacts: Sequence[Fact],
    *,
    previous: Sequence[Kpi],
    fiscal_year_end: str | None = None,
) -> KpiExtraction:
    """Extract the KPIs of one filing.

    Routes: tagged facts of the periodic report (or companyfacts rows of its accession); tables of results exhibits and
    of reports without facts; text tables where a document has no table. `previous` are earlier KPIs of the company,
    needed for derived quarters and to compare a release with its report. `fiscal_year_end` is `MMDD`.
    """
    preliminary = header.base_form == "8-K"
    readable = [_with_tables(document) for document in documents if _may_hold_results(header, document)]
    sources = [source for source, _ in readable]
    report_end = _report_end(header, documents, sources, companyfacts)
    calendar = _calendar(documents, sources, report_end, fiscal_year_end)
    chosen = choose_facts(gather_facts(sources, companyfacts))
    tagged = [fact_to_kpi(item, sources, calendar, preliminary=preliminary) for item in chosen]
    found = _Found({_key(kpi): kpi for kpi in tagged}, concept_conflicts(chosen))
    for document, method in readable:
        reader = ColumnReader(report_end, shown_ends(document.tables), header.base_form == "10-K", calendar)
        for figure in read_figures(document.tables, Setting(reader, usual_scale(document.tables))):
            kpi = to_kpi(figure, document, calendar, method=method, preliminary=preliminary)
            if kpi is not None:
                found.add_from_table(kpi, figure, document, tagged)
    for kpi, conflict in release_conflicts(found.kpis.values(), previous):
        found.kpis[_key(kpi)] = replace(kpi, conflict=True)
        found.conflicts.append(conflict)
    kpis = [replace(kpi, accession=header.accession) for kpi in found.kpis.values()]
    kpis += derive_quarters(kpis, previous, calendar)
    reports_none = header.base_form in _PERIODIC and not any(kpi.metric == "revenue" for kpi in kpis)
    flags = (NO_REVENUE,) if reports_none else ()
    return KpiExtraction(tuple(sorted(kpis, key=_order)), tuple(found.conflicts), flags)


@dataclass(slots=True)
class _Found:
    """The figures taken so far; tagged ones stand before those of tables, earlier documents before later ones."""

    kpis: dict[tuple[object, ...], Kpi]
    conflicts: list[KpiConflict]

    def add_from_table(self, kpi: Kpi, figure: TableFigure, document: FilingDocument, tagged: Sequence[Kpi]) -> None:
        """Take a table's figure where no tag states it; where one does, keep the figure only if the two disagree."""
        rival = find_same_period(kpi, tagged)
        if rival is None:
            report_is_tagged = bool(tagged) and not kpi.preliminary and kpi.basis is Basis.GAAP
            if not report_is_tagged and find_same_period(kpi, self.kpis.values()) is None:
                self.kpis[_key(kpi)] = kpi
        elif not _is_tagged_otherwise(figure, document, rival) and differ(rival, kpi):
            self.conflicts.append(conflict_of(rival, kpi, "xbrl_and_table_differ"))
            self.kpis[_key(rival)] = replace(self.kpis[_key(rival)], conflict=True)
            self.kpis.setdefault(_key(kpi), replace(kpi, conflict=True))


def _may_hold_results(header: FilingHeader, document: FilingDocument) -> bool:
    kind = document.type.upper()
    if header.base_form == "8-K":
        results = not header.items or bool(_RESULT_ITEMS & set(header.items))
        return results and kind.startswith("EX-99")
    return kind.removesuffix("/A") == header.base_form


def _with_tables(document: FilingDocument) -> tuple[FilingDocument, Method]:
    if document.tables:
        return document, Method.TABLE
    return replace(document, tables=read_text_tables(document.text)), Method.TEXT_TABLE


def _calendar(
    documents: Iterable[FilingDocument],
    sources: Sequence[FilingDocument],
    report_end: date | None,
    fiscal_year_end: str | None,
) -> FiscalCalendar | None:
    properties = _properties(documents)
    top = sources[0].text if sources else ""
    return read_calendar(properties, top, latest_end=report_end, fiscal_year_end=fiscal_year_end)


def _properties(documents: Iterable[FilingDocument]) -> Mapping[str, str]:
    return next((document.properties for document in documents if document.properties), {})


def _report_end(
    header: FilingHeader, documents: Sequence[FilingDocument], sources: Sequence[FilingDocument], facts: Sequence[Fact]
) -> date | None:
    """Return the end of the period reported: what a report states, the latest past column date of a release."""
    if header.base_form in _PERIODIC:
        stated = read_date(_properties(documents).get("DocumentPeriodEndDate", ""))
        if stated is not None or header.report_date is not None:
            return stated or header.report_date
    ends = [end for source in sources for end in shown_ends(source.tables)]
    ends += [fact.period_end for fact in facts if fact.period_start is not None]
    return max((end for end in ends if end <= header.filing_date), default=None)


def _is_tagged_otherwise(figure: TableFigure, document: FilingDocument, rival: Kpi) -> bool:
    """Whether the cell carries a tag that is not the rival's: then it shows another thing, not another value."""
    inside = [f for f in document.facts if f.start is not None and figure.cell.start <= f.start < figure.cell.end]
    return any(
        fact.concept != rival.concept or fact.dims_hash or fact.period_end != rival.period_end for fact in inside
    )


def _key(kpi: Kpi) -> tuple[object, ...]:
    return (kpi.metric, kpi.basis, kpi.period_type, kpi.period_start, kpi.period_end, kpi.method)


def _order(kpi: Kpi) -> tuple[int, str, int, int, str]:
    length = QUARTERS.get(kpi.period_type, len(QUARTERS) + 1)
    return (_RANKS[kpi.metric], kpi.basis.value, -kpi.period_end.toordinal(), length, kpi.method.value)
