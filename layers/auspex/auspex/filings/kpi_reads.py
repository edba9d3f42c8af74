"""Reads of KPIs as they were known at a time: lists with comparison for callers, cited figures for answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, load_sql
from auspex.core.limits import KPI_EXPORT_ROWS_MAX
from auspex.core.problems import ValidationFailed, pointer_error
from auspex.filings.answers.evidence import EvidenceFigure, Source
from auspex.filings.answers.vocabulary import Metric, load_vocabulary
from auspex.filings.extraction.figures import scan_numbers
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, learn_calendar
from auspex.filings.extraction.kpi_checks import change
from auspex.filings.extraction.metrics import BY_NAME
from auspex.filings.extraction.periods import classify_period
from auspex.filings.kpi_csv import write_kpi_csv
from auspex.filings.model import Basis, Method, PeriodType

SQL = load_sql(Path(__file__).with_suffix(".sql"))
COMPARE_DAYS = {"prior_quarter": (80, 100), "prior_year": (350, 380)}
ROW_REACH_CHARACTERS = 400
_PARTIAL_COST = re.compile(r"(?:total\s+)?costs?\s+of\s+(?:products?|services?|merchandise)\b", re.IGNORECASE)
SCALES = (6, 3, 0, 9, -2)


@dataclass(frozen=True, slots=True)
class KpiQuery:
    """Filters of a list of KPIs of one company; None means any. `compare` is `prior_quarter` or `prior_year`."""

    cik: int
    metric: str | None = None
    period_type: str | None = None
    basis: str | None = None
    as_of: datetime | None = None
    compare: str | None = None
    include_superseded: bool = False


@dataclass(frozen=True, slots=True)
class KpiPage:
    """KPIs, newest period first, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_kpis(connection: Connection, query: KpiQuery, *, now: datetime, limit: int, cursor: str | None) -> KpiPage:
    """Return a page of KPIs as known at `query.as_of` (default `now`), each with its change where one is asked for.

    `change_pct` is a share; where it is not defined `change_reason` says why. Raises MalformedRequest for a foreign
    cursor.
    """
    filters = {"list": "kpis", **asdict(query), "as_of": query.as_of.isoformat() if query.as_of else None}
    after_end, after_metric, after_id = decode_cursor(cursor, filters=filters) if cursor else (None, None, None)
    days_min, days_max = COMPARE_DAYS[query.compare] if query.compare else (None, None)
    parameters = asdict(query) | {
        "as_of": query.as_of or now, "days_min": days_min, "days_max": days_max, "after_end": after_end,
        "after_metric": after_metric, "after_id": after_id, "rows_max": limit + 1,
    }  # fmt: skip
    rows = fetch_all(connection, SQL["list_kpis"], parameters)
    kept = [_with_change(row, query.compare) for row in rows[:limit]]
    if len(rows) <= limit:
        return KpiPage(kept, None)
    last = kept[-1]
    position = [last["period_end"].isoformat(), last["metric"], last["kpi_id"]]
    return KpiPage(kept, encode_cursor(position, filters=filters))


def export_kpis(connection: Connection, query: KpiQuery, *, now: datetime) -> str:
    """Return every KPI of a query as CSV, in the order of the list. Raises ValidationFailed for more than 5,000."""
    page = list_kpis(connection, query, now=now, limit=KPI_EXPORT_ROWS_MAX, cursor=None)
    if page.next_cursor is not None:
        message = f"more than {KPI_EXPORT_ROWS_MAX} figures; name a metric, a period type or a basis"
        raise ValidationFailed(detail=message, errors=[pointer_error("/metric", message)])
    return write_kpi_csv(page.rows)


def _with_change(row: dict[str, Any], compare: str | None) -> dict[str, Any]:
    """Add change_abs, change_pct and change_reason to a row (FILINGS 7.6)."""
    empty: dict[str, Any] = {"change_abs": None, "change_pct": None, "change_reason": None}
    if compare is None:
        return row | empty
    if row["previous_kpi_id"] is None:
        return row | empty | {"change_reason": "previous_missing"}
    if row["previous_unit"] != row["unit"]:
        return row | empty | {"change_reason": "units_differ"}
    result = change(row["value"], row["previous_value"])
    return row | {"change_abs": result.abs, "change_pct": result.pct, "change_reason": result.reason}


def list_answer_figures(
    connection: Connection, *, cik: int, metrics: Sequence[str], as_of: datetime
) -> list[EvidenceFigure]:
    """Return every cited figure of a company for some metrics known at `as_of`: stored KPIs, else tagged facts."""
    vocabulary = load_vocabulary()
    known = [vocabulary.metrics[m] for m in metrics if m in vocabulary.metrics]
    rows = fetch_all(
        connection, SQL["list_answer_kpis"], {"cik": cik, "metrics": [m.key for m in known], "as_of": as_of}
    )
    figures = [
        _kpi_figure(row, vocabulary.metrics[row["metric"]])
        for row in rows
        if not _is_partial(row["metric"], row["quote"])
    ]
    followed = {figure.metric for figure in figures}
    concepts = {
        f"us-gaap:{concept}": (metric, rank)
        for metric in known
        if metric.key not in BY_NAME or metric.key not in followed
        for rank, concept in enumerate(metric.concepts)
    }
    if concepts:
        rows = fetch_all(
            connection,
            SQL["list_answer_facts"],
            {"cik": cik, "concepts": sorted(concepts), "as_of": as_of, "reach": ROW_REACH_CHARACTERS},
        )
        read = (_fact_figure(row, *concepts[row["concept"]]) for row in rows)
        figures.extend(figure for figure in read if figure is not None)
    return figures


def _is_partial(metric: str, quote: str) -> bool:
    """Tell whether a cost line covers products alone: revenue less it is no gross profit (an insurer sells both)."""
    return metric == "cost_of_revenue" and _PARTIAL_COST.match(quote) is not None


def read_calendar(connection: Connection, *, cik: int, year_end: str | None, as_of: datetime) -> FiscalCalendar:
    """Return a company's fiscal calendar, with the year labels that its own filings state."""
    rows = fetch_all(connection, SQL["list_fiscal_labels"], {"cik": cik, "as_of": as_of})
    return learn_calendar(year_end, [(row["period_end"], row["fiscal_period"]) for row in rows])


def _kpi_figure(row: dict[str, Any], metric: Metric) -> EvidenceFigure:
    place = (row["figure_start"], row["figure_end"])
    return EvidenceFigure(
        metric=metric.key,
        label=metric.label,
        value=row["value"],
        kind=unit_kind(row["unit"]),
        currency=row["unit"][:3] if unit_kind(row["unit"]) in {"currency", "per_share"} else "USD",
        scale_shown=row["scale_shown"],
        period_end=row["period_end"],
        period_type=PeriodType(row["period_type"]),
        basis=Basis(row["basis"]),
        method=Method(row["method"]),
        cik=row["cik"],
        sources=(_source(row, row["char_start"], row["char_end"], row["quote"]),),
        outflow=metric.outflow,
        preliminary=row["preliminary"],
        conflict=row["conflict"],
        figure_span=None if None in place else place,
    )


def _fact_figure(row: dict[str, Any], metric: Metric, rank: int) -> EvidenceFigure | None:
    """Return a fact as a figure quoted with its row; None in prose, or when the document shows another number there."""
    start, end = row["char_start"], row["char_end"]
    around, offset = row["around"], row["around_start"]
    shown = scan_numbers(around[start - offset : end - offset])
    if len(shown) != 1:
        return None
    scale = next((s for s in SCALES if abs(shown[0].value).scaleb(s) == abs(row["value"])), None)
    if scale is None:
        return None
    line_start = around.rfind("\n", 0, start - offset) + 1 + offset
    line_end = around.find("\n", end - offset)
    line_end = offset + (line_end if line_end >= 0 else len(around))
    line = around[line_start - offset : line_end - offset]
    if line_end - line_start > ROW_REACH_CHARACTERS or " | " not in line or _is_partial(metric.key, line):
        return None
    period_type = classify_period(row["period_start"], row["period_end"])
    value: Decimal = row["value"]
    return EvidenceFigure(
        metric=metric.key,
        label=metric.label,
        value=value,
        kind=unit_kind(row["unit"]),
        currency=row["unit"][:3] if unit_kind(row["unit"]) in {"currency", "per_share"} else "USD",
        scale_shown=scale,
        period_end=row["period_end"],
        period_type=period_type,
        basis=Basis.GAAP,
        method=Method.XBRL,
        cik=row["cik"],
        sources=(_source(row, line_start, line_end, line),),
        outflow=metric.outflow,
        rank=rank,
        figure_span=(start, end),
    )


def unit_kind(unit: str) -> str:
    """Return the kind of a stored unit: `USD` currency, `USD/shares` per_share, `shares`, `pure` percent."""
    if "/" in unit:
        return "per_share"
    if len(unit) == 3 and unit.isupper():
        return "currency"
    return {"shares": "shares", "pure": "percent"}.get(unit, unit)


def _source(row: dict[str, Any], start: int, end: int, quote: str) -> Source:
    return Source(
        accession=row["accession"],
        form=row["form"],
        cik=row["cik"],
        document=row["filename"],
        section_id=row["section_id"],
        section_key=row["section_key"],
        start=start,
        end=end,
        quote=quote,
        text_sha256=row["text_sha256"],
        source_url=row["source_url"],
        known_at=row["known_at"],
        report_date=row["report_date"],
    )
