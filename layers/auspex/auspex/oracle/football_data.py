"""Matches out of football-data's CSV files, results and fixtures alike: bytes in, rows and rejected rows out.

Outcomes of odds are keyed by name, never by their position; what a bad cell could mean is never guessed: a cell that
identifies the match or its result rejects the row, any other is left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

UK = ZoneInfo("Europe/London")
REQUIRED = ("Div", "Date", "HomeTeam", "AwayTeam")
PRICE_MAX = 10_000.0
SHORT_YEAR_PIVOT = 80
"""Two-digit years from here on belong to the twentieth century; the oldest files are of 1993."""
FIXTURE_ODDS = ("Avg", "PS", "B365")
"""Bookmakers in the order that forecasts prefer them."""

# Column prefixes of a bookmaker; the first that a file fills is read. Betbrain's average is the older Avg.
_THREE_WAY = {
    ("Avg", "early"): ("Avg", "BbAv"),
    ("PS", "early"): ("PS", "P"),
    ("B365", "early"): ("B365",),
    ("Avg", "closing"): ("AvgC",),
    ("PS", "closing"): ("PSC", "PC"),
    ("B365", "closing"): ("B365C",),
}
_OUTCOMES = {"home": "H", "draw": "D", "away": "A"}
_TOTALS = {"over": (">2.5", "_2_5"), "under": ("<2.5", "_2_5_1")}
"""The second spelling is that of mirrors whose column names hold letters, digits and underscores only."""
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_WHOLE = re.compile(r"(\d{1,2})(?:\.0+)?", re.ASCII)
_DECIMAL = re.compile(r"\d{1,5}(?:\.\d{1,6})?", re.ASCII)
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)


Offer = tuple[str, str, str, dict[str, str]]
"""Bookmaker, phase and market of a quote, and the column of each of its outcomes."""


class UnreadableFileError(ValueError):
    """A file that is no football-data CSV: `code` is empty, html, columns-missing, truncated or not-csv."""

    def __init__(self, code: str, detail: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.columns = columns
        """The missing columns of columns-missing."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Decimal odds (above 1) of one bookmaker on all outcomes of one market at one phase.

    Market 1x2 has the outcomes home, draw, away; over_2_5 has over, under. Phase is early or closing: closing odds
    serve scoring only, never a forecast.
    """

    bookmaker: str
    market: str
    phase: str
    prices: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One match; `line` counts the file's lines from 1, the header's. Goals are None before it is played.

    `kickoff` is UTC, or None where the file has no time: then the day itself is the boundary of what may be known.
    """

    line: int
    division: str
    match_date: date
    kickoff: datetime | None
    home: str
    away: str
    home_goals: int | None
    away_goals: int | None
    ht_home: int | None
    ht_away: int | None
    home_sot: int | None
    away_sot: int | None
    home_shots: int | None
    away_shots: int | None
    home_corners: int | None
    away_corners: int | None
    home_red: int | None
    away_red: int | None
    odds: tuple[Quote, ...]

    @property
    def played(self) -> bool:
        """Whether the row holds a final score."""
        return self.home_goals is not None

    def quote(self, market: str, phase: str, bookmaker: str) -> Quote | None:
        """Return one bookmaker's prices, or None."""
        wanted = (market, phase, bookmaker)
        return next((quote for quote in self.odds if (quote.market, quote.phase, quote.bookmaker) == wanted), None)

    def early(self, market: str) -> Quote | None:
        """Return the early prices that a forecast uses: the market's average, else Pinnacle's, else Bet365's."""
        quotes = (self.quote(market, "early", bookmaker) for bookmaker in FIXTURE_ODDS)
        return next((quote for quote in quotes if quote is not None), None)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be used; codes: date-invalid, team-missing, same-team, goals-invalid, result-contradicts."""

    line: int
    code: str
    column: str
    detail: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a file holds, in its order."""

    columns: tuple[str, ...]
    rows: tuple[MatchRow, ...]
    rejected: tuple[RejectedRow, ...]


class _RowError(Exception):
    def __init__(self, code: str, column: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.column, self.detail = code, column, detail


def parse_results(content: bytes, *, last_row_may_be_short: bool = False) -> ParsedFile:
    """Read a file of results or of fixtures, UTF-8 with or without BOM, else Windows-1252 or Latin-1.

    A last row that is short and has no line end means a broken download, unless the caller says that people typed the
    file. Raises UnreadableFileError.
    """
    if not content.strip(b"\xef\xbb\xbf\r\n\t ,\x00"):
        raise UnreadableFileError("empty", "no content")
    if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")):
        raise UnreadableFileError("html", "a web page instead of a CSV file")
    text = _decode(content)
    lines = _cells(text)
    _, header = next(lines, (0, []))
    columns = tuple(name.strip() for name in header)
    missing = tuple(name for name in REQUIRED if name not in columns)
    if missing:
        raise UnreadableFileError("columns-missing", ", ".join(missing), missing)
    complete = text.endswith(("\n", "\r")) or last_row_may_be_short
    return _read_rows(columns, list(lines), complete=complete)


def _read_rows(columns: tuple[str, ...], lines: list[tuple[int, list[str]]], *, complete: bool) -> ParsedFile:
    rows: list[MatchRow] = []
    rejected: list[RejectedRow] = []
    offers = _offered(columns)
    if not complete and lines and len(lines[-1][1]) < max(len(cells) for _, cells in lines):
        raise UnreadableFileError("truncated", f"line {lines[-1][0]} breaks off")
    for number, cells in lines:
        filled = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name and cell.strip()}
        if not filled:
            continue
        try:
            rows.append(_row(number, filled, offers))
        except _RowError as error:
            rejected.append(RejectedRow(number, error.code, error.column, error.detail))
    return ParsedFile(columns, tuple(rows), tuple(rejected))


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line numbers and cells of the lines that hold anything, the header first."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise UnreadableFileError("not-csv", f"line {reader.line_num}: {error}") from error


def _row(number: int, cells: Mapping[str, str], offers: tuple[Offer, ...]) -> MatchRow:
    match_date = _match_date(cells.get("Date", ""))
    home, away = cells.get("HomeTeam", ""), cells.get("AwayTeam", "")
    if not home or not away:
        raise _RowError("team-missing", "AwayTeam" if home else "HomeTeam", "no name")
    if home.casefold() == away.casefold():
        raise _RowError("same-team", "AwayTeam", home)
    home_goals, away_goals = _result(cells)
    half_time = _half_time(cells, home_goals, away_goals)
    return MatchRow(
        line=number,
        division=cells.get("Div", ""),
        match_date=match_date,
        kickoff=_kickoff(match_date, cells.get("Time", "")),
        home=home,
        away=away,
        home_goals=home_goals,
        away_goals=away_goals,
        ht_home=half_time[0],
        ht_away=half_time[1],
        home_sot=_count(cells, "HST"),
        away_sot=_count(cells, "AST"),
        home_shots=_count(cells, "HS"),
        away_shots=_count(cells, "AS"),
        home_corners=_count(cells, "HC"),
        away_corners=_count(cells, "AC"),
        home_red=_count(cells, "HR"),
        away_red=_count(cells, "AR"),
        odds=tuple(_quotes(cells, offers)),
    )


def _match_date(text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise _RowError("date-invalid", "Date", text[:40])
    day, month, year = (int(part) for part in found.groups())
    if len(found[3]) == 2:
        year += 1900 if year >= SHORT_YEAR_PIVOT else 2000
    try:
        return date(year, month, day)
    except ValueError as error:
        raise _RowError("date-invalid", "Date", text) from error


def _kickoff(match_date: date, text: str) -> datetime | None:
    """Return the UTC kick-off of a UK wall-clock time, None where there is none to read."""
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return datetime.combine(match_date, time(int(found[1]), int(found[2])), UK).astimezone(UTC)


def _result(cells: Mapping[str, str]) -> tuple[int | None, int | None]:
    home, away = (_goals(cells, column) for column in ("FTHG", "FTAG"))
    result = cells.get("FTR")
    if home is None or away is None:
        if home is not None or away is not None:
            raise _RowError("goals-invalid", "FTHG" if home is None else "FTAG", "missing")
        if result is not None:
            raise _RowError("result-contradicts", "FTR", f"{result[:20]} without a score")
        return None, None
    implied = "H" if home > away else "A" if away > home else "D"
    if result is not None and result.upper() != implied:
        raise _RowError("result-contradicts", "FTR", f"{result[:20]} after {home}-{away}")
    return home, away


def _goals(cells: Mapping[str, str], column: str) -> int | None:
    text = cells.get(column)
    if text is None:
        return None
    value = _whole(text)
    if value is None:
        raise _RowError("goals-invalid", column, text[:40])
    return value


def _half_time(cells: Mapping[str, str], home: int | None, away: int | None) -> tuple[int | None, int | None]:
    ht_home, ht_away = _count(cells, "HTHG"), _count(cells, "HTAG")
    if home is None or away is None or ht_home is None or ht_away is None or ht_home > home or ht_away > away:
        return None, None
    return ht_home, ht_away


def _count(cells: Mapping[str, str], column: str) -> int | None:
    text = cells.get(column)
    return None if text is None else _whole(text)


def _whole(text: str) -> int | None:
    """Read a count up to 99, also written as 2.0, as spreadsheets do."""
    found = _WHOLE.fullmatch(text)
    return None if found is None else int(found[1])


def _offered(columns: tuple[str, ...]) -> tuple[Offer, ...]:
    """Return which quotes a file with these columns can hold, the preferred spelling of each first."""
    offers: list[Offer] = []
    for (bookmaker, phase), prefixes in _THREE_WAY.items():
        spellings = [
            *(("1x2", {name: prefix + letter for name, letter in _OUTCOMES.items()}) for prefix in prefixes),
            *(("over_2_5", {name: prefix + ends[kind] for name, ends in _TOTALS.items()})
              for prefix in prefixes for kind in (0, 1)),
        ]  # fmt: skip
        offers += [
            (bookmaker, phase, market, names) for market, names in spellings if set(names.values()) <= {*columns}
        ]
    return tuple(offers)


def _quotes(cells: Mapping[str, str], offers: tuple[Offer, ...]) -> Iterator[Quote]:
    found: set[tuple[str, str, str]] = set()
    for bookmaker, phase, market, columns in offers:
        prices = None if (bookmaker, phase, market) in found else _prices(cells, columns)
        if prices is not None:
            found.add((bookmaker, phase, market))
            yield Quote(bookmaker, market, phase, MappingProxyType(prices))


def _prices(cells: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, float] | None:
    """Return the prices of all outcomes, or None when one is missing or no price."""
    prices = {name: _price(cells.get(column, "")) for name, column in columns.items()}
    whole = {name: price for name, price in prices.items() if price is not None}
    return whole if len(whole) == len(columns) else None


def _price(text: str) -> float | None:
    if _DECIMAL.fullmatch(text) is None:
        return None
    return value if 1 < (value := float(text)) <= PRICE_MAX else None
