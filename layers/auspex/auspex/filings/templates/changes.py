"""Rows of reported figures against those of another period, each stated with its formula in the draft."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from auspex.filings.answers.computation import Computation, MissingInputError, MixedUnitsError, combine, compute
from auspex.filings.answers.drafts import Draft, unit_name
from auspex.filings.answers.evidence import EvidenceFigure, FigureIndex, Source
from auspex.filings.answers.formulas import FormulaError, Node
from auspex.filings.answers.vocabulary import load_vocabulary
from auspex.filings.extraction.fiscal_periods import PeriodRef
from auspex.filings.model import Basis
from auspex.filings.templates.model import Row

RATIO_DECIMALS = 2
SHARE_DIGITS = Decimal("0.000001")


def state_change(draft: Draft, metric: str, index: FigureIndex, now: PeriodRef, before: PeriodRef | None) -> Row:
    """Add a metric's figures and change to a draft and return their row; what is missing, the row says.

    `missing` is no_figure, no_comparison or units_differ; `reason` says why a change has no percentage.
    """
    fields = new_fields("change", metric, now) | {
        "compare_period": before.label if before else None, "compare_period_end": None, "compare_value": None,
        "change_abs": None, "change_pct": None, "reason": None,
    }  # fmt: skip
    new = find_figure(metric, now, index)
    if new is None:
        return Row(fields | {"missing": "no_figure"})
    fields |= state_figure(draft, fields["label"], new)
    old = find_figure(metric, before, index) if before else None
    if old is None:
        return Row(fields | {"missing": "no_comparison" if before else None}, sources_of(new))
    state_figure(draft, fields["label"], old)
    fields |= {"compare_period_end": old.period[0], "compare_value": old.value}
    lead, base = lead_of(new), lead_of(old)
    if (lead.kind, lead.currency) != (base.kind, base.currency):
        return Row(fields | {"missing": "units_differ"}, sources_of(new), sources_of(old))
    fields |= _state_difference(draft, fields["label"], new, old)
    return Row(fields, sources_of(new), sources_of(old))


def new_fields(kind: str, metric: str, ref: PeriodRef) -> dict[str, Any]:
    """Return the fields that every row about a figure has, empty."""
    known = load_vocabulary().metrics.get(metric)
    return {
        "kind": kind, "metric": metric, "label": known.label if known else metric, "basis": Basis.GAAP.value,
        "period": ref.label, "period_end": None, "unit": None, "value": None, "formula": None, "missing": None,
    }  # fmt: skip


def find_figure(metric: str, ref: PeriodRef, index: FigureIndex) -> Computation | None:
    """Return a metric's figure for a definite period, reported or derived from reported ones; None without any."""
    try:
        return compute(metric, ref, index, Basis.GAAP, anchor=index.calendar.last_day(ref))
    except (MissingInputError, MixedUnitsError, FormulaError):
        return None


def state_figure(draft: Draft, label: str, found: Computation) -> dict[str, Any]:
    """Add the line of a figure, with its formula and inputs where none is printed, and return what a row says of it."""
    lead = lead_of(found)
    is_reported = found.node.kind == "name"
    if not is_reported:
        draft.state_result(
            label, [found.period], found, kind=lead.kind, lead=lead, scale=lead.scale_shown,
            decimals=RATIO_DECIMALS if lead.kind == "percent" else None,
        )  # fmt: skip
    for figure in found.inputs.values():
        if figure not in draft.evidence:
            draft.state(
                figure, scale=figure.scale_shown, prefix="" if is_reported else "- ", of_company=is_reported
            )  # fmt: skip
    return {
        "value": found.value, "unit": unit_name(lead), "period_end": found.period[0],
        "formula": None if is_reported else found.expression,
    }  # fmt: skip


def lead_of(found: Computation) -> EvidenceFigure:
    """Return the figure that gives a computation its unit."""
    return next(iter(found.inputs.values()))


def sources_of(found: Computation) -> tuple[Source, ...]:
    """Return the places of all figures of a computation."""
    return tuple(dict.fromkeys(source for figure in found.inputs.values() for source in figure.sources))


def _state_difference(draft: Draft, label: str, new: Computation, old: Computation) -> dict[str, Any]:
    lead = lead_of(new)
    periods = [old.period, new.period]
    change = combine([old, new], Node("operation", "-", (new.node, old.node)))
    is_share = lead.kind == "percent"
    draft.state_result(
        f"Change in {label.lower()}", periods, change, kind="points" if is_share else lead.kind, lead=lead,
        scale=lead.scale_shown, decimals=RATIO_DECIMALS if is_share else None,
    )  # fmt: skip
    if old.value <= 0:
        return {"change_abs": change.value, "reason": "previous_negative" if old.value < 0 else "previous_zero"}
    relative = combine([old, new], Node("operation", "/", (Node("operation", "-", (new.node, old.node)), old.node)))
    if not is_share:
        draft.state_result(
            f"Relative change in {label.lower()}", periods, relative, kind="percent", lead=lead, scale=0,
            decimals=RATIO_DECIMALS,
        )  # fmt: skip
    return {"change_abs": change.value, "change_pct": relative.value.quantize(SHARE_DIGITS)}
