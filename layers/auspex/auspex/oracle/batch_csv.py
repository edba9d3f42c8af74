"""Rows of a batch out of CSV, in our own columns or football-data's: bytes in, rows as a JSON body states them out.

Row numbers count from 1, the line under the header. Nothing is guessed: an unknown column of ours is refused by name,
an empty cell is a value that was not given.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auspex.oracle.football_data import MatchRow, Quote, UnreadableFileError, parse_results

FOOTBALL_DATA_COLUMNS = frozenset({"Div", "HomeTeam", "AwayTeam"})
"""A header with one of these is football-data's."""
REQUIRED = ("home", "away")
PLACES: Mapping[str, tuple[str, ...]] = {
    "home": ("home", "name"),
    "away": ("away", "name"),
    **{f"{side}_{field}": (side, field) for side in REQUIRED for field in ("team_id", "rating", "rating_sd")},
    **{name: (name,) for name in (
        "competition", "kickoff", "match_date", "neutral", "home_advantage", "devig", "market_weight",
        "client_reference")},
    **{name: ("goals", name) for name in ("lambda", "mu", "rho")},
    **{f"odds_{name}": ("odds", name) for name in ("home", "draw", "away", "over_2_5", "under_2_5")},
    **{f"market_{name}": ("market", name) for name in ("home", "draw", "away")},
    **{name: ("result", name) for name in ("home_goals", "away_goals")},
}  # fmt: skip
"""Where in a row each of our columns stands."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One line: its number, and what it states; `code` and `column` say why it cannot be read."""

    row: int
    value: dict[str, Any]
    code: str | None = None
    column: str | None = None


def read_batch(content: bytes) -> list[CsvRow]:
    """Return the rows of a file, in its order. Raises UnreadableFileError: empty, html, columns-missing, not-csv,
    columns-unknown."""
    header = _header(content)
    if FOOTBALL_DATA_COLUMNS & {*header}:
        return _football_data(content)
    return _own(content)


def column_at(place: tuple[str | int, ...]) -> str:
    """Return which column a place in a row is read from; the place itself where none is."""
    for column, path in PLACES.items():
        if path == place[: len(path)] and len(path) > 1:
            return column
    return next((column for column, path in PLACES.items() if path == place), "/".join(map(str, place)))


def _header(content: bytes) -> list[str]:
    for line in csv.reader(io.StringIO(_text(content), newline="")):
        if any(cell.strip() for cell in line):
            return [cell.strip() for cell in line]
    raise UnreadableFileError("empty", "no content")


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _own(content: bytes) -> list[CsvRow]:
    reader = csv.reader(io.StringIO(_text(content), newline=""))
    lines = [line for line in reader if any(cell.strip() for cell in line)]
    header = [cell.strip() for cell in lines[0]]
    missing = tuple(name for name in REQUIRED if name not in header)
    if missing:
        raise UnreadableFileError("columns-missing", ", ".join(missing), missing)
    unknown = tuple(name for name in header if name and name not in PLACES)
    if unknown:
        raise UnreadableFileError("columns-unknown", ", ".join(unknown), unknown)
    if len(set(header)) < len(header):
        raise UnreadableFileError("columns-repeated", "a column stands twice")
    return [_own_row(number, header, cells) for number, cells in enumerate(lines[1:], start=1)]


def _own_row(number: int, header: list[str], cells: list[str]) -> CsvRow:
    if any(cell.strip() for cell in cells[len(header) :]):
        return CsvRow(number, {}, code="too-many-cells", column=header[-1])
    value: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        if not name or not cell.strip():
            continue
        *parents, last = PLACES[name]
        holder = value
        for parent in parents:
            holder = holder.setdefault(parent, {})
        holder[last] = cell.strip()
    return CsvRow(number, value)


def _football_data(content: bytes) -> list[CsvRow]:
    parsed = parse_results(content, last_row_may_be_short=True)
    rows = [CsvRow(row.line - 1, _stated(row)) for row in parsed.rows]
    rows += [CsvRow(bad.line - 1, {}, code=bad.code, column=bad.column) for bad in parsed.rejected]
    return sorted(rows, key=lambda row: row.row)


def _stated(match: MatchRow) -> dict[str, Any]:
    """Return what a line states; its early odds are the market that the forecast is held against."""
    value: dict[str, Any] = {
        "home": {"name": match.home}, "away": {"name": match.away}, "match_date": match.match_date.isoformat(),
    }  # fmt: skip
    if match.division:
        value["competition"] = match.division
    if match.kickoff is not None:
        value["kickoff"] = match.kickoff.strftime("%Y-%m-%dT%H:%M:%SZ")
    if match.played:
        value["result"] = {"home_goals": match.home_goals, "away_goals": match.away_goals}
    early = match.early("1x2")
    if early is not None:
        value["market"] = dict(early.prices) | _totals(match.early("over_2_5"))
    return value


def _totals(quote: Quote | None) -> dict[str, float]:
    return {} if quote is None else {"over_2_5": quote.prices["over"], "under_2_5": quote.prices["under"]}
