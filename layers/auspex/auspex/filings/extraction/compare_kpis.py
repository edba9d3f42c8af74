"""Changes of a filing's figures against what the company had reported before (FILINGS 7.6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from auspex.filings.extraction.kpi_checks import change
from auspex.filings.model import Kpi, PeriodType

YEAR_DAYS = (350, 380)
COMPARED = frozenset({PeriodType.QUARTER, PeriodType.YEAR})


def compare_kpis(kpis: Iterable[Kpi], previous: Sequence[Kpi]) -> list[dict[str, Any]]:
    """Return the change of each quarterly and yearly figure against the same period a year earlier, as JSON values.

    The earlier figure comes from this filing where it shows one, else from an earlier filing.
    """
    own = list(kpis)
    newest = max((kpi.period_end for kpi in own if kpi.period_type in COMPARED), default=None)
    changes = []
    for kpi in own:
        if kpi.period_type not in COMPARED or kpi.period_end != newest:
            continue
        before = next((c for c in (*own, *previous) if _is_year_before(c, kpi)), None)
        if before is None:
            continue
        result = change(kpi.value, before.value)
        changes.append(
            {
                "metric": kpi.metric, "basis": kpi.basis.value, "period_type": kpi.period_type.value,
                "period_end": kpi.period_end.isoformat(), "value": str(kpi.value), "previous": str(before.value),
                "change_abs": None if result.abs is None else str(result.abs),
                "change_pct": None if result.pct is None else str(result.pct), "reason": result.reason,
            }
        )  # fmt: skip
    return changes


def _is_year_before(candidate: Kpi, kpi: Kpi) -> bool:
    shortest, longest = (timedelta(days=days) for days in YEAR_DAYS)
    return (candidate.metric, candidate.basis, candidate.period_type, candidate.unit) == (
        kpi.metric,
        kpi.basis,
        kpi.period_type,
        kpi.unit,
    ) and shortest <= kpi.period_end - candidate.period_end <= longest
