"""Reads about calibration: how good archived forecasts turned out to be, live and backtest never mixed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.oracle.competition_store import RowPage

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class CalibrationQuery:
    """Which record is asked for; no competition or season means all of them together."""

    origin: str = "live"
    model: str | None = None
    model_version: str | None = None
    competition: str | None = None
    season: str | None = None


def list_calibration(connection: Connection, query: CalibrationQuery, *, limit: int, cursor: str | None) -> RowPage:
    """Return a page of records by model and version. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "oracle-calibration", **asdict(query)}
    after_model, after_version = decode_cursor(cursor, filters=filters) if cursor else (None, None)
    asked = asdict(query) | {"after_model": after_model, "after_version": after_version, "rows_max": limit + 1}
    rows = fetch_all(connection, SQL["list_calibration"], asked)
    kept = [_shown(row) for row in rows[:limit]]
    last = [kept[-1]["model"], kept[-1]["model_version"]] if len(rows) > limit else None
    return RowPage(kept, encode_cursor(last, filters=filters) if last else None)


def live_record(
    connection: Connection, *, model: str, model_version: str, competition: str
) -> dict[str, float | int | None] | None:
    """Return what stands beside an answer: n, mean RPS and skill against the base rate of live forecasts, or None."""
    asked = {"model": model, "model_version": model_version, "competition": competition}
    row = fetch_one(connection, SQL["read_figures"], asked)
    if row is None:
        return None
    metrics = row["metrics"] or {}
    skill = (metrics.get("skill") or {}).get("base_rate") or {}
    return {"n": row["n"], "rps": (metrics.get("rps") or {}).get("value"), "skill_vs_base": skill.get("value")}


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    whole = {name: None if row[name] == "*" else row[name] for name in ("competition", "season")}
    return row | whole | {"insufficient": row["metrics"] is None}
