"""Rows of reported figures against what was expected of them before they were reported (FILINGS 7.10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from auspex.filings.answers.computation import Computation
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import FigureIndex
from auspex.filings.extraction.expectations import is_surprise, surprise_from
from auspex.filings.extraction.fiscal_periods import PeriodRef
from auspex.filings.model import Basis
from auspex.filings.templates.changes import find_figure, new_fields, sources_of, state_figure
from auspex.filings.templates.model import Expectation, Row

PERIOD_DRIFT = timedelta(days=10)


def state_surprise(
    draft: Draft, metric: str, index: FigureIndex, ref: PeriodRef, expectations: Sequence[Expectation]
) -> Row:
    """Add a metric's figure to a draft and return its row beside the last expectation issued before it was known.

    `missing` is no_figure or no_expectation; then `flagged` is None: unknown is not the same as unsurprising.
    """
    fields = new_fields("surprise", metric, ref) | {
        "expectation": None, "deviation": None, "threshold": None, "flagged": None,
    }  # fmt: skip
    found = find_figure(metric, ref, index)
    if found is None:
        return Row(fields | {"missing": "no_figure"})
    fields |= state_figure(draft, fields["label"], found)
    expected = _expected(metric, found, expectations)
    if expected is None:
        return Row(fields | {"missing": "no_expectation"}, sources_of(found))
    flagged = is_surprise(found.value, q10=expected.q10, q50=expected.q50, q90=expected.q90)
    owner = f" of {draft.company.name}" if draft.company else ""
    draft.lines.append(f"{fields['label']}{owner} is {'far from' if flagged else 'near'} what was expected before.")
    fields |= {
        "deviation": found.value - expected.q50, "threshold": surprise_from(q10=expected.q10, q90=expected.q90),
        "flagged": flagged,
        "expectation": {
            "expectation_id": expected.expectation_id, "method": expected.method, "issued_at": expected.issued_at,
            "q10": expected.q10, "q50": expected.q50, "q90": expected.q90,
        },
    }  # fmt: skip
    return Row(fields, sources_of(found))


def _expected(metric: str, found: Computation, expectations: Sequence[Expectation]) -> Expectation | None:
    end, length = found.period
    known_at = max(source.known_at for source in sources_of(found))  # a derived figure, with the last of its inputs
    fitting = [
        e
        for e in expectations
        if e.metric == metric
        and e.basis == Basis.GAAP
        and e.period_type == length
        and abs(e.period_end - end) <= PERIOD_DRIFT
        and e.issued_at < known_at
    ]
    return max(fitting, key=lambda e: e.issued_at, default=None)
