"""KPIs as CSV (RFC 4180): one line a figure, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from auspex.core.spreadsheet import text_cell

COLUMNS = (
    "cik", "metric", "label", "fiscal_period", "period_type", "period_start", "period_end", "value", "unit",
    "scale_shown", "basis", "method", "preliminary", "conflict", "superseded", "known_at", "previous_period_end",
    "previous_value", "change_abs", "change_pct", "change_reason", "accession", "form", "document", "section_key",
    "char_start", "char_end", "quote", "source_url", "derivation", "kpi_id",
)  # fmt: skip


def write_kpi_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows of `list_kpis` under a header; lines end with CR LF, numbers are plain decimals.

    Text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return text.getvalue()


def prefers_csv(accept: str) -> bool:
    """Tell whether an Accept header names text/csv with a higher weight than application/json."""
    weights = dict(_weight(part) for part in accept.lower().split(",") if part.strip())
    return weights.get("text/csv", 0.0) > weights.get("application/json", 0.0)


def _weight(media_range: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in media_range.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, float(value)
            except ValueError:
                return name, 0.0
    return name, 1.0


def _cell(value: Any) -> str:
    """Return a cell; what is no text (a number, a date) is written as it is and never quoted as text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return text_cell(value)
        case dict():
            return json.dumps(value, sort_keys=True)
        case _ if hasattr(value, "isoformat"):
            return str(value.isoformat())
        case _:
            return format(value, "f") if hasattr(value, "as_tuple") else str(value)
