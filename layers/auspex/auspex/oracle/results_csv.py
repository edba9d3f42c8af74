"""Results as CSV: one line a row of a batch, or one line a team of a projection's table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auspex.core.spreadsheet import text_cell

ROW_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "client_reference": ("input", "client_reference"),
    "competition": ("input", "competition"),
    "match_date": ("input", "match_date"),
    "kickoff": ("input", "kickoff"),
    "home": ("input", "home", "name"),
    "away": ("input", "away", "name"),
    "outcome": ("result", "answer", "headline", "outcome"),
    "confidence": ("result", "answer", "headline", "confidence"),
    "probability_home": ("result", "answer", "probabilities", "home"),
    "probability_draw": ("result", "answer", "probabilities", "draw"),
    "probability_away": ("result", "answer", "probabilities", "away"),
    "risk_score": ("result", "answer", "risk", "score"),
    "risk_band": ("result", "answer", "risk", "band"),
    "params_version": ("result", "params_version"),
    "home_goals": ("input", "result", "home_goals"),
    "away_goals": ("input", "result", "away_goals"),
    **{name: ("result", "scores", "forecast", name) for name in ("rps", "brier", "log_loss")},
    "base_rate_rps": ("result", "scores", "base_rate", "rps"),
    "market_rps": ("result", "scores", "market", "rps"),
    "error_code": ("error", "code"),
    "error_detail": ("error", "detail"),
}
"""Where in a stored row each column stands."""


def rows_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return the rows of a batch, {row_no, input, result, error} each."""
    lines = ([row["row_no"], *(_at(row, place) for place in ROW_COLUMNS.values())] for row in rows)
    return _written(["row", *ROW_COLUMNS], lines)


def table_csv(table: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of a projection; what a team has by position or zone gets a column each."""
    flat = [_flattened(team) for team in table]
    columns = list(dict.fromkeys(name for team in flat for name in team))
    return _written(columns, ([team.get(name) for name in columns] for team in flat))


def _flattened(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, member in value.items():
        if isinstance(member, Mapping):
            flat |= _flattened(member, f"{prefix}{name}_")
        elif isinstance(member, list):
            flat |= {f"{prefix}{name}_{place}": item for place, item in enumerate(member, start=1)}
        else:
            flat[prefix + name] = member
    return flat


def _at(row: Mapping[str, Any], place: Sequence[str]) -> Any:
    value: Any = row
    for name in place:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _written(header: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Return a cell; text that a spreadsheet would run as a formula is quoted as text."""
    if isinstance(value, str):
        return text_cell(value)
    return "" if value is None else value
