"""Reads of the guidance ledger as it was known at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from auspex.core.clock import format_instant
from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, load_sql
from auspex.filings.extraction.actuals import find_first, metrics_behind
from auspex.filings.extraction.guidance_item import Shape
from auspex.filings.extraction.guidance_ledger import Promise, action_of
from auspex.filings.ledger_store import list_actuals, sought_of

SQL = load_sql(Path(__file__).with_suffix(".sql"))
CITED = ("accession", "form", "section_key", "document", "char_start", "char_end", "quote", "text_sha256", "source_url")
REPORTED_WITHIN = timedelta(days=120)
"""How long after its period's end a figure may still come: the last annual reports are due after 90 days, 15 more where
the company asks, and some come late. What was not reported by then is no longer what is expected next."""
NO_RECORD = {"n": 0, "beat": 0, "in_range": 0, "miss": 0, "mean_surprise": None}


@dataclass(frozen=True, slots=True)
class GuidanceQuery:
    """Filters of a company's guidance; None means any. `outcome` is as the reply shows it."""

    cik: int
    metric: str | None = None
    basis: str | None = None
    outcome: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class GuidancePage:
    """Statements, the newest first, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_guidance(
    connection: Connection, query: GuidanceQuery, *, now: datetime, limit: int, cursor: str | None
) -> GuidancePage:
    """Return a page of a company's guidance as known at `query.as_of` (default `now`).

    `action` is told from the statements known then, in the order they were made, whichever was read first. `record` is
    the company's for that metric and basis, `expectation` its nearest open one. Raises MalformedRequest for a foreign
    cursor.
    """
    as_of = query.as_of or now
    filters = {"list": "guidance", **asdict(query), "as_of": query.as_of.isoformat() if query.as_of else None}
    before_at, before_id = decode_cursor(cursor, filters=filters) if cursor else (None, None)
    asked = asdict(query) | {
        "as_of": as_of, "before_at": before_at, "before_id": before_id, "rows_max": limit + 1
    }  # fmt: skip
    rows = fetch_all(connection, SQL["list_guidance"], asked)
    kept = rows[:limit]
    records = list_records(connection, cik=query.cik, as_of=as_of)
    metrics = sorted({row["metric"] for row in kept})
    expected = _expected(connection, cik=query.cik, metrics=metrics, as_of=as_of)
    shown = [_shown(row, records, expected) for row in kept]
    last = kept[-1] if len(rows) > limit else None
    position = None if last is None else [format_instant(last["known_at"]), last["guidance_id"]]
    return GuidancePage(shown, None if position is None else encode_cursor(position, filters=filters))


def list_records(connection: Connection, *, cik: int, as_of: datetime) -> dict[tuple[Any, Any], dict[str, Any]]:
    """Return how a company's guidance came out by then: n, beat, in_range, miss, and the mean surprise as a share.

    By metric and basis; under (None, None) all of them together.
    """
    rows = fetch_all(connection, SQL["list_records"], {"cik": cik, "as_of": as_of})
    return {(row.pop("metric"), row.pop("basis")): row for row in rows}


def _shown(row: dict[str, Any], records: dict[Any, Any], expected: dict[Any, Any]) -> dict[str, Any]:
    before = None
    if row["previous_id"] is not None:
        before = Promise(Shape(row["previous_shape"]), row["previous_low"], row["previous_high"])
    action = action_of(before, Promise(Shape(row["shape"]), row["low"], row["high"]))
    key = (row["metric"], row["basis"])
    restated = None
    if row["restated_kpi_id"] is not None:
        restated = {name: row[f"restated_{name}"] for name in ("actual", "position", "verdict", "surprise", "kpi_id")}
    return row | {
        "action": action.value, "citation": {name: row[name] for name in CITED}, "restated": restated,
        "record": records.get(key, NO_RECORD), **expected.get(key, {"expectation": None, "expectation_record": None}),
    }  # fmt: skip


def _expected(
    connection: Connection, *, cik: int, metrics: Sequence[str], as_of: datetime
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return, by metric and basis, the nearest open expectation and how often earlier ones held what they promised.

    A figure counts as it does for scoring: the first one reported since, shares made of what one filing reports.
    """
    asked = {"cik": cik, "metrics": list(metrics), "as_of": as_of}
    issued: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in fetch_all(connection, SQL["list_expectations"], asked):
        issued[row["metric"], row["basis"]].append(row)
    behind = sorted({name for metric, _ in issued for name in metrics_behind(metric)})
    actuals = [actual for actual, _ in list_actuals(connection, cik=cik, metrics=behind, at=as_of)]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (metric, basis), rows in issued.items():
        reported = [actual for actual in actuals if actual.metric in metrics_behind(metric)]
        firsts = [(row, find_first(sought_of(row, said_at=row["issued_at"]), reported)) for row in rows]
        came = [row["q10"] <= first.value <= row["q90"] for row, first in firsts if first is not None]
        last_end = as_of.date() - REPORTED_WITHIN
        ahead = [row for row, first in firsts if first is None and row["period_end"] >= last_end]
        found[metric, basis] = {
            "expectation": min(ahead, key=lambda row: row["period_end"], default=None),
            "expectation_record": {
                "n": len(came), "inside": sum(came), "coverage_80": sum(came) / len(came) if came else None
            },
        }  # fmt: skip
    return found
