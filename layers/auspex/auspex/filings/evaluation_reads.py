"""Pages of recorded figures."""

from __future__ import annotations

from dataclasses import dataclass

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.filings.evaluations import Evaluation, load_evaluations


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """Figures by name, and where the next page begins."""

    evaluations: list[Evaluation]
    next_cursor: str | None


def list_evaluations(*, metric: str | None, limit: int, cursor: str | None) -> EvaluationPage:
    """Return a page of recorded figures, or one by its name. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "evaluations", "metric": metric}
    (after,) = decode_cursor(cursor, filters=filters) if cursor else ("",)
    wanted = (e for e in load_evaluations() if e.metric > after and metric in {None, e.metric})
    found = sorted(wanted, key=lambda e: e.metric)[: limit + 1]
    kept = found[:limit]
    return EvaluationPage(kept, encode_cursor([kept[-1].metric], filters=filters) if len(found) > limit else None)
