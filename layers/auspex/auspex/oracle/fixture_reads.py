"""Reads about matches to come: early prices that are known, and what was archived of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.oracle.competition_store import RowPage

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SUBJECT = "oracle:"


@dataclass(frozen=True, slots=True)
class FixtureQuery:
    """Matches of some days, both included; a competition of None means any."""

    first: date
    last: date
    competition: str | None = None


def has_backtest(connection: Connection, subjects: Sequence[str]) -> bool:
    """Tell whether a backtest of any of these subjects is archived."""
    row = fetch_one(connection, SQL["find_backtest"], {"subjects": list(subjects)})
    return row is not None


def list_fixtures(connection: Connection, query: FixtureQuery, *, limit: int, cursor: str | None) -> RowPage:
    """Return a page of matches to come by day, with prices and newest forecasts. Raises MalformedRequest."""
    filters = {"list": "oracle-fixtures", **asdict(query)}
    after_date, after_id = decode_cursor(cursor, filters=filters) if cursor else (None, None)
    asked = asdict(query) | {"after_date": after_date, "after_id": after_id, "rows_max": limit + 1}
    rows = fetch_all(connection, SQL["list_fixtures"], asked)
    kept = _with_prices_and_forecasts(connection, rows[:limit])
    last = [kept[-1]["match_date"].isoformat(), kept[-1]["match_id"]] if len(rows) > limit else None
    return RowPage(kept, encode_cursor(last, filters=filters) if last else None)


def _with_prices_and_forecasts(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not rows:
        return []
    ids = [row["match_id"] for row in rows]
    books: dict[str, dict[tuple[str, str], dict[str, Any]]] = defaultdict(dict)
    for price in fetch_all(connection, SQL["list_prices"], {"match_ids": ids}):
        key = (price["bookmaker"], price["market"])
        book = books[price["match_id"]].setdefault(key, {"bookmaker": key[0], "market": key[1], "prices": {}})
        book["prices"][price["outcome"]] = price["decimal_odds"]
        book["seen_at"] = price["seen_at"]
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for forecast in fetch_all(connection, SQL["list_forecasts"], {"subjects": [SUBJECT + i for i in ids]}):
        payload = forecast["payload"]
        said[forecast["subject"].removeprefix(SUBJECT)].append({
            "prediction_id": forecast["prediction_id"], "model": payload["model"],
            "model_version": forecast["model_version"], "params_version": payload.get("params_version"),
            "issued_at": forecast["issued_at"], "probabilities": payload["probabilities"],
            "over_2_5": payload.get("over_2_5"), "risk_band": (payload.get("risk") or {}).get("band"),
        })  # fmt: skip
    return [row | {"odds": list(books[row["match_id"]].values()), "forecasts": said[row["match_id"]]} for row in rows]
