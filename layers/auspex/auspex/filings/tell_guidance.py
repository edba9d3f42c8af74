"""Tell those who watch a company that its guidance changed, or how it came out: once per account, kind and filing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from auspex.core.database import Connection
from auspex.core.messages import Cause
from auspex.filings.extraction.actuals import Actual
from auspex.filings.extraction.guidance_ledger import Outcome, Stated
from auspex.filings.tell_watchers import tell_sighted
from auspex.filings.watch_words import amount_words, guidance_words

CHANGED, RESOLVED, WISH = "guidance.changed", "guidance.resolved", "guidance"
LINES_MAX = 12
_VERDICTS = {"beat": "beat", "in_range": "in range", "miss": "miss", None: "came in"}


def tell_changed(
    connection: Connection, *, accession: str, changes: Sequence[dict[str, Any]], cause: Cause, at: datetime
) -> int:
    """Tell watchers what a filing changed of its company's guidance (`record_guidance`'s changes); return how many."""
    if not changes:
        return 0
    lines = [_changed_words(change) for change in changes]
    return tell_sighted(
        connection, accession=accession, kind=CHANGED, wish=WISH, headline=lines[0],
        body="\n".join(lines[:LINES_MAX]), data={"changes": list(changes[:LINES_MAX])}, cause=cause, at=at,
    )  # fmt: skip


def tell_resolved(
    connection: Connection, resolved: Sequence[tuple[Stated, Actual, Outcome]], *, cause: Cause, at: datetime
) -> int:
    """Tell watchers how promises came out, by the filing that reported the figures; return how many were told."""
    by_filing: dict[str, list[tuple[Stated, Actual, Outcome]]] = {}
    for each in resolved:
        by_filing.setdefault(each[1].accession, []).append(each)
    told = 0
    for accession, of_filing in by_filing.items():
        lines = [_resolved_words(*each) for each in of_filing]
        told += tell_sighted(
            connection, accession=accession, kind=RESOLVED, wish=WISH, headline=lines[0],
            body="\n".join(lines[:LINES_MAX]),
            data={"resolved": [_resolved_data(*each) for each in of_filing[:LINES_MAX]]}, cause=cause, at=at,
        )  # fmt: skip
    return told


def _changed_words(change: dict[str, Any]) -> str:
    """Return "guidance raised: revenue FY2024 410.00 m USD to 430.00 m USD, before 400.00 m USD to 420.00 m USD"."""
    ends = [change[name] for name in ("previous_low", "previous_high") if change[name] is not None]
    before = " to ".join(dict.fromkeys(amount_words(Decimal(end), change["unit"] or "") for end in ends))
    return guidance_words(change) + (f", before {before}" if before else "")


def _resolved_words(stated: Stated, actual: Actual, outcome: Outcome) -> str:
    """Return "guidance beat: revenue Q3 FY2024 104.00 m USD, guided 90.00 m USD to 100.00 m USD"."""
    unit = stated.sought.unit or ""
    ends = [end for end in (stated.promise.low, stated.promise.high) if end is not None]
    guided = " to ".join(dict.fromkeys(amount_words(end, unit) for end in ends))
    basis = "" if stated.sought.basis.value == "gaap" else " non-GAAP"
    name = f"{stated.sought.metric.replace('_', ' ')}{basis} {stated.fiscal_period}"
    return f"guidance {_VERDICTS[outcome.verdict]}: {name} {amount_words(actual.value, unit)}, guided {guided}"


def _resolved_data(stated: Stated, actual: Actual, outcome: Outcome) -> dict[str, Any]:
    low, high = stated.promise.low, stated.promise.high
    return {
        "guidance_id": stated.guidance_id, "metric": stated.sought.metric, "basis": stated.sought.basis.value,
        "fiscal_period": stated.fiscal_period, "unit": stated.sought.unit,
        "low": None if low is None else format(low, "f"), "high": None if high is None else format(high, "f"),
        "actual": format(actual.value, "f"), "position": outcome.position, "verdict": outcome.verdict,
    }  # fmt: skip
