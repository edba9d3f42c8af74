"""Derive a quarter that no filing states: year to date less the year to date before it (FILINGS 7.5).

Money flows only: weighted shares differ from quarter to quarter, so per-share figures and share counts are never
subtracted; they come from a release or stay missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from auspex.filings.extraction.metrics import BY_NAME
from auspex.filings.extraction.periods import QUARTERS, FiscalCalendar, classify_period
from auspex.filings.model import Derivation, Kpi, Method, PeriodType

EXPRESSION = "year_to_date - previous_year_to_date"


def derive_quarters(kpis: Sequence[Kpi], previous: Sequence[Kpi], calendar: FiscalCalendar | None) -> list[Kpi]:
    """Derive the latest quarter of each flow from this filing's year to date and the previous filing's.

    Nothing is derived where the quarter itself is reported, where the two spans do not begin on the same day, or where
    what is left is no quarter.
    """
    latest = max((kpi.period_end for kpi in kpis if kpi.period_start is not None), default=None)
    derived: list[Kpi] = []
    for kpi in kpis:
        if kpi.period_end != latest or not _is_year_to_date(kpi) or _states_quarter(kpis, kpi):
            continue
        before = _previous_year_to_date(kpi, [*kpis, *previous])
        if before is None:
            continue
        quarter = _subtract(kpi, before, calendar)
        if quarter is not None and not any(
            quarter.metric == item.metric and quarter.basis == item.basis for item in derived
        ):
            derived.append(quarter)
    return derived


def _is_year_to_date(kpi: Kpi) -> bool:
    several = QUARTERS.get(kpi.period_type, 0) > 1
    return several and kpi.period_start is not None and BY_NAME[kpi.metric].may_be_subtracted


def _states_quarter(kpis: Sequence[Kpi], whole: Kpi) -> bool:
    wanted = (whole.metric, whole.basis, PeriodType.QUARTER, whole.period_end)
    return any((kpi.metric, kpi.basis, kpi.period_type, kpi.period_end) == wanted for kpi in kpis)


def _previous_year_to_date(whole: Kpi, pool: Sequence[Kpi]) -> Kpi | None:
    fewer = QUARTERS[whole.period_type] - 1
    fits = [
        kpi
        for kpi in pool
        if (kpi.metric, kpi.basis, kpi.unit, kpi.period_start)
        == (whole.metric, whole.basis, whole.unit, whole.period_start)
        and QUARTERS.get(kpi.period_type) == fewer
    ]
    return max(fits, key=lambda kpi: (not kpi.preliminary, kpi.method is Method.XBRL, kpi.period_end), default=None)


def _subtract(whole: Kpi, before: Kpi, calendar: FiscalCalendar | None) -> Kpi | None:
    start = before.period_end + timedelta(days=1)
    if classify_period(start, whole.period_end) is not PeriodType.QUARTER:
        return None
    inputs = {"year_to_date": format(whole.value, "f"), "previous_year_to_date": format(before.value, "f")}
    named = {"year_to_date": whole.accession, "previous_year_to_date": before.accession}
    sources = {name: accession for name, accession in named.items() if accession is not None}
    return Kpi(
        metric=whole.metric,
        label=whole.label,
        value=whole.value - before.value,
        unit=whole.unit,
        scale_shown=whole.scale_shown,
        period_start=start,
        period_end=whole.period_end,
        period_type=PeriodType.QUARTER,
        fiscal_period=None if calendar is None else calendar.label(PeriodType.QUARTER, whole.period_end),
        basis=whole.basis,
        method=Method.DERIVED,
        span=None,
        quote=None,
        derivation=Derivation(EXPRESSION, inputs, sources),
        preliminary=whole.preliminary or before.preliminary,
        conflict=whole.conflict or before.conflict,
        accession=whole.accession,
    )
