"""Compare figures: changes between periods, conflicts between sources of one period (FILINGS 7.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auspex.filings.extraction.kpi_facts import ChosenFact
from auspex.filings.extraction.periods import classify_period
from auspex.filings.model import Basis, Kpi, PeriodType
from auspex.filings.reading.amounts import parse_amount, scaled


@dataclass(frozen=True, slots=True)
class Change:
    """A change against an earlier value; `pct` is a fraction (0.0963 is +9.63 %), None with a reason if misleading."""

    abs: Decimal | None
    pct: Decimal | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class KpiConflict:
    """Two values of one (metric, basis, period) that differ by more than half a unit of the coarser one."""

    metric: str
    basis: Basis
    period_type: PeriodType
    period_end: date
    values: tuple[Decimal, Decimal]
    reason: str


def change(value: Decimal, previous: Decimal, *, unit: str = "", previous_unit: str = "") -> Change:
    """Compare two values: pct = (value − previous) / |previous|.

    pct is None with reason `units_differ` (then abs too), `previous_zero` or `previous_negative`.
    """
    if unit != previous_unit:
        return Change(None, None, "units_differ")
    difference = value - previous
    if previous == 0:
        return Change(difference, None, "previous_zero")
    if previous < 0:
        return Change(difference, None, "previous_negative")
    return Change(difference, difference / previous)


def figure_text(kpi: Kpi) -> str | None:
    """Return the figure of a KPI as its quote shows it."""
    if kpi.quote is None or kpi.span is None or kpi.figure_start is None or kpi.figure_end is None:
        return None
    return kpi.quote[kpi.figure_start - kpi.span.start : kpi.figure_end - kpi.span.start]


def recompute(kpi: Kpi) -> Decimal | None:
    """Compute a KPI's size from nothing but the figure in its quote and its scale; the sign is left aside.

    None where the quote holds no readable figure. Tags may negate what is shown, and outflows are counted as positive,
    so the sign is a matter of the metric, not of the figure.
    """
    text = figure_text(kpi)
    amount = None if text is None else parse_amount(text)
    return None if amount is None else abs(scaled(amount.value, kpi.scale_shown))


def differ(left: Kpi, right: Kpi) -> bool:
    """Whether two values of one thing differ by more than half a unit of the coarser one; other units never compare."""
    return left.unit == right.unit and abs(left.value - right.value) > max(_shown_unit(left), _shown_unit(right)) / 2


def _shown_unit(kpi: Kpi) -> Decimal:
    """Return one unit of the last digit shown; without a shown figure, of the last digit that is not zero."""
    text = figure_text(kpi)
    amount = None if text is None else parse_amount(text)
    if amount is not None:
        return Decimal(1).scaleb(kpi.scale_shown - amount.decimals)
    exponent = kpi.value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def find_same_period(kpi: Kpi, others: Iterable[Kpi]) -> Kpi | None:
    """Find the figure of the same metric, basis and period; starts are not compared, columns seldom state them."""
    wanted = (kpi.metric, kpi.basis, kpi.period_type, kpi.period_end)
    return next((o for o in others if (o.metric, o.basis, o.period_type, o.period_end) == wanted), None)


def conflict_of(left: Kpi, right: Kpi, reason: str) -> KpiConflict:
    """Record that two figures disagree, the preferred one first."""
    return KpiConflict(left.metric, left.basis, left.period_type, left.period_end, (left.value, right.value), reason)


def concept_conflicts(chosen: Sequence[ChosenFact]) -> list[KpiConflict]:
    """Record the revenue concepts that disagree by more than 1 %."""
    found: list[KpiConflict] = []
    for item in chosen:
        fact, rival = item.located.fact, item.rival
        if rival is None or fact.value is None or rival.value is None:
            continue
        kind = classify_period(fact.period_start, fact.period_end)
        values = (fact.value, rival.value)
        found.append(KpiConflict(item.metric.name, Basis.GAAP, kind, fact.period_end, values, "concepts_differ"))
    return found


def release_conflicts(kpis: Iterable[Kpi], previous: Sequence[Kpi]) -> list[tuple[Kpi, KpiConflict]]:
    """Compare a report with the preliminary figures of earlier releases."""
    releases = [kpi for kpi in previous if kpi.preliminary]
    found: list[tuple[Kpi, KpiConflict]] = []
    for kpi in kpis:
        release = None if kpi.preliminary else find_same_period(kpi, releases)
        if release is not None and differ(kpi, release):
            found.append((kpi, conflict_of(kpi, release, "differs_from_release")))
    return found
