"""What is stored of each company, how late it came, and what the daily index holds that is not read yet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, load_sql
from auspex.filings.followed_forms import followed_forms

SQL = load_sql(Path(__file__).with_suffix(".sql"))
MISSING_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class CoverageQuery:
    """Which companies: one, those an account watches, or (both None) all of which something is stored.

    `since` counts filings filed on that day or later.
    """

    cik: int | None = None
    watcher: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """Companies by CIK, and where the next page begins."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def list_coverage(connection: Connection, query: CoverageQuery, *, limit: int, cursor: str | None) -> CoveragePage:
    """Return a page of coverage by CIK. Raises MalformedRequest for a foreign cursor.

    Lags are seconds since acceptance, of filings that the watch came upon: what was asked for from the past has none.
    """
    filters = {"list": "coverage", **asdict(query)}
    (after,) = decode_cursor(cursor, filters=filters) if cursor else [0]
    asked = asdict(query) | {"after_cik": after, "rows_max": limit + 1, "forms": list(followed_forms())}
    rows = fetch_all(connection, SQL["list_coverage"], asked)
    kept = [row | {"missing_accessions": (row["missing_accessions"] or [])[:MISSING_SHOWN_MAX]} for row in rows[:limit]]
    more = len(rows) > limit
    return CoveragePage(kept, encode_cursor([kept[-1]["cik"]], filters=filters) if more else None)
