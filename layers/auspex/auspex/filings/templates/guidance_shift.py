"""Rows of guidance given with one report against what was given with another (FILINGS 7.9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from auspex.filings.answers.drafts import Draft
from auspex.filings.extraction.figures import mask_exempt, scan_numbers
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodKind, PeriodRef, earlier
from auspex.filings.extraction.guidance_amounts import scan_expressions
from auspex.filings.extraction.guidance_ledger import Promise, action_of
from auspex.filings.extraction.guidance_periods import mask_periods
from auspex.filings.templates.model import Guidance, Row

SCALES = (0, 3, 6, 9, -2)


def given_with(items: Sequence[Guidance], ref: PeriodRef, calendar: FiscalCalendar) -> list[Guidance]:
    """Return the newest item of each (metric, basis, period) said after a period closed and before the next one did."""
    opened = calendar.last_day(ref)
    if opened is None:
        return []
    last = PeriodRef(PeriodKind.QUARTER, year=ref.year, number=ref.number if ref.kind == PeriodKind.QUARTER else 4)
    closed = calendar.last_day(earlier(last, quarters=-1)) or date.max
    newest: dict[tuple[str, str, str, str], Guidance] = {}
    for item in sorted(items, key=lambda i: (i.source.known_at, i.guidance_id)):
        if opened < item.source.known_at.date() <= closed:
            newest[_identity(item)] = item
    return list(newest.values())


def pair_up(now: Sequence[Guidance], before: Sequence[Guidance]) -> list[tuple[Guidance, Guidance | None]]:
    """Return each item with what was said before of the same figure, in a stable order."""
    earlier_items = {_identity(item): item for item in before}
    ordered = sorted(now, key=lambda item: (item.fiscal_period, item.metric, item.basis.value))
    return [(item, earlier_items.get(_identity(item))) for item in ordered]


def state_shift(draft: Draft, item: Guidance, before: Guidance | None) -> Row:
    """Quote an item, and what it is compared with, in a draft, and return their row."""
    fields: dict[str, Any] = {
        "kind": "guidance", "guidance_id": item.guidance_id, "metric": item.metric, "basis": item.basis.value,
        "fiscal_period": item.fiscal_period, "shape": item.shape.value, "unit": item.unit, "low": item.low,
        "high": item.high, "action": _action(item, before), "known_at": item.source.known_at,
        "compare_guidance_id": None, "compare_low": None, "compare_high": None, "compare_known_at": None,
        "change_low": None, "change_high": None, "missing": None if before else "no_comparison",
    }  # fmt: skip
    draft.quote(item.source, _described(item))
    if before is None:
        return Row(fields, (item.source,))
    draft.quote(before.source, _described(before))
    fields |= {
        "compare_guidance_id": before.guidance_id, "compare_low": before.low, "compare_high": before.high,
        "compare_known_at": before.source.known_at, "change_low": _difference(item.low, before.low),
        "change_high": _difference(item.high, before.high),
    }  # fmt: skip
    return Row(fields, (item.source,), (before.source,))


def is_proven(item: Guidance) -> bool:
    """Tell whether the item's quote states its bounds: together as one value, or one by one in a row of a table.

    A value is read as it was when the item was; a row's numbers count at every scale that can stand over a table.
    """
    quote = mask_periods(mask_exempt(item.source.quote))
    said = [value.times(s) for value in scan_expressions(quote) for s in ((0,) if value.scaled else SCALES)]
    if any((v.low, v.high) == (item.low, item.high) for value in said for v in (value, value.negated())):
        return True
    numbers = scan_numbers(item.source.quote)
    values = {n.value.scaleb(s) for n in numbers for s in ((0,) if n.scaled or n.percent else SCALES)}
    return all(bound is None or {bound, -bound} & values for bound in (item.low, item.high))


def _identity(item: Guidance) -> tuple[str, str, str, str]:
    return item.metric, item.basis.value, item.period_type.value, item.fiscal_period


def _described(item: Guidance) -> str:
    metric = item.metric.replace("_", " ")
    return f"{metric} for {item.fiscal_period}, {item.source.form} known {item.source.known_at.date().isoformat()}"


def _difference(value: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if value is None or before is None else value - before


def _action(item: Guidance, before: Guidance | None) -> str | None:
    """Return what happened between the two items compared; None without one, or where their units differ."""
    if before is None or item.unit != before.unit:
        return None
    return action_of(_promise(before), _promise(item)).value


def _promise(item: Guidance) -> Promise:
    return Promise(item.shape, item.low, item.high)
