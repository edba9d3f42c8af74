"""Reads of the guidance ledger as it was known at a time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core.clock import format_instant
from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, load_sql
from auspex.filings.extraction.guidance_item import Shape
from auspex.filings.extraction.guidance_ledger import Promise, action_of

SQL = load_sql(Path(__file__).with_suffix(".sql"))
CITED = ("accession", "form", "section_key", "document", "char_start", "char_end", "quote", "text_sha256", "source_url")
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
    of_company = {"cik": query.cik, "as_of": as_of}
    records = list_records(connection, cik=query.cik, as_of=as_of)
    expected = _expected(fetch_all(connection, SQL["list_expectations"], of_company))
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


def _expected(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return, by metric and basis, the nearest open expectation and how often earlier ones held what they promised."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for key in {(row["metric"], row["basis"]) for row in rows}:
        of_key = [row for row in rows if (row["metric"], row["basis"]) == key]
        still_open = sorted((row for row in of_key if row["actual"] is None), key=lambda row: row["period_end"])
        came = [row for row in of_key if row["actual"] is not None]
        inside = sum(row["q10"] <= row["actual"] <= row["q90"] for row in came)
        found[key] = {
            "expectation": still_open[0] if still_open else None,
            "expectation_record": {
                "n": len(came),
                "inside": inside,
                "coverage_80": inside / len(came) if came else None,
            },
        }
    return found
