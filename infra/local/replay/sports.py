"""football-data and an odds source out of recorded season files, as they stood on any day.

With a day set, the present season's file holds the matches of earlier days only, later files do not exist yet, and
`fixtures.csv` names the matches of the coming week without their results. Nothing is invented: fixtures are recorded
rows without what was known after kick-off, a revision is a recorded row with the score that a test asks for, and the
odds source's prices are the recorded early ones.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from auspex.oracle.seasons import season_of, source_season
from auspex.oracle.team_names import SPELLINGS

FIXTURE_DAYS = 7
ODDS_QUOTA = 500
SPORTS = {"soccer_epl": ("E0", "England"), "soccer_germany_bundesliga": ("D1", "Germany"),
          "soccer_spain_la_liga": ("SP1", "Spain")}  # fmt: skip
_RESULTS = re.compile(r"/mmz4281/(\d{4})/([A-Z]{1,3}\d?)\.csv")
_KNOWN_BEFORE = re.compile(
    r"Div|Date|Time|HomeTeam|AwayTeam|(?:Avg|BbAv|B365|PS|BW|IW|WH|VC)(?:[HDA]|[<>]2\.5|_2_5(?:_1)?)"
)
_NOON = time(12, 0)

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class SportsReply:
    """What a request is answered with."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A recorded season file."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


class SportsReplay:
    """Serve a folder of files named like `E0_1819.csv`. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self.day: date | None = None
        self._scores: dict[tuple[str, str, str, str], tuple[int, int]] = {}
        self._remaining = ODDS_QUOTA
        self._load = lru_cache(maxsize=64)(self._read)

    def answer(self, target: str, headers: Mapping[str, str | None]) -> SportsReply:
        """Answer a request below /football or /odds."""
        parts = urlsplit(target)
        if parts.path.startswith("/odds/"):
            return self._odds(parts.path, parse_qs(parts.query))
        path = parts.path.removeprefix("/football")
        found = _RESULTS.fullmatch(path)
        body = self._fixtures() if path == "/fixtures.csv" else self._results(*found.groups()) if found else None
        if body is None:
            return SportsReply(404, "text/html", b"<html><body>The page cannot be found</body></html>\n")
        marks = {"ETag": f'"{hashlib.sha256(body).hexdigest()[:24]}"', "Last-Modified": self._stamp()}
        if headers.get("if-none-match") == marks["ETag"]:
            return SportsReply(304, "text/csv", b"", marks)
        return SportsReply(200, "text/csv", body, marks)

    def steer(self, what: str, body: Any) -> dict[str, Any]:
        """Set the day, a corrected score, or what is left of the odds quota. Raises ValueError, TypeError."""
        if not isinstance(body, dict):
            raise TypeError("an object, please")
        with self._lock:
            match what:
                case "/__day":
                    day = body.get("day")
                    self.day = None if day is None else date.fromisoformat(str(day))
                case "/__revision":
                    names = ("division", "season", "home", "away")
                    key = tuple(str(body[name]) for name in names)
                    self._scores[key[0], key[1], key[2], key[3]] = (int(body["home_goals"]), int(body["away_goals"]))
                case "/__odds_quota":
                    self._remaining = int(body["remaining"])
                case _:
                    raise ValueError(f"nothing is steered by {what}")
        return {"day": self.day and self.day.isoformat(), "odds_remaining": self._remaining}

    def _results(self, season: str, division: str) -> bytes | None:
        day = self.day
        recorded = self._load(division, season)
        if recorded is None or (day is not None and season > source_season(season_of(day)) and season[0] != "9"):
            return None
        rows = [row for row in recorded.rows if day is None or _day_of(row) < day]
        return _written(recorded.columns, (self._revised(division, season, row) for row in rows)) if rows else None

    def _revised(self, division: str, season: str, row: Row) -> Row:
        score = self._scores.get((division, season, row["HomeTeam"], row["AwayTeam"]))
        if score is None:
            return row
        home, away = score
        result = "H" if home > away else "A" if away > home else "D"
        return row | {"FTHG": str(home), "FTAG": str(away), "FTR": result}

    def _fixtures(self) -> bytes:
        """Write the coming week of every division; without a day there is no coming week."""
        rows = [row for _, row in self._coming()]
        columns = dict.fromkeys(["Div", "Date", "HomeTeam", "AwayTeam", *(name for row in rows for name in row)])
        return _written(tuple(columns), rows)

    def _coming(self) -> list[tuple[str, Row]]:
        day = self.day
        if day is None:
            return []
        season = source_season(season_of(day))
        coming: list[tuple[str, Row]] = []
        for path in sorted(self._folder.glob(f"*_{season}.csv")):
            recorded = self._load(path.stem.partition("_")[0], season)
            for row in recorded.rows if recorded else ():
                if day <= _day_of(row) < day + timedelta(days=FIXTURE_DAYS):
                    known = {name: value for name, value in row.items() if _KNOWN_BEFORE.fullmatch(name)}
                    coming.append((path.stem.partition("_")[0], known))
        return coming

    def _odds(self, path: str, query: Mapping[str, list[str]]) -> SportsReply:
        sport = path.removeprefix("/odds/v4/sports/").removesuffix("/odds")
        if not query.get("apiKey"):
            return SportsReply(401, "application/json", b'{"message": "API key is missing"}')
        if sport not in SPORTS:
            return SportsReply(404, "application/json", b'{"message": "Unknown sport"}')
        with self._lock:
            if self._remaining < 1:
                quota = {"x-requests-remaining": "0", "x-requests-used": str(ODDS_QUOTA)}
                return SportsReply(429, "application/json", b'{"message": "Usage quota has been reached"}', quota)
            self._remaining -= 2  # one for each of the two markets asked for
            left = max(0, self._remaining)
        quota = {"x-requests-remaining": str(left), "x-requests-used": str(ODDS_QUOTA - left)}
        division, country = SPORTS[sport]
        events = [_event(sport, row, country) for code, row in self._coming() if code == division]
        return SportsReply(200, "application/json", json.dumps(events).encode(), quota)

    def _stamp(self) -> str:
        at = datetime.combine(self.day or date(2019, 7, 1), time(6, 0), UTC)
        return format_datetime(at, usegmt=True)

    def _read(self, division: str, season: str) -> _Recorded | None:
        path = self._folder / f"{division}_{season}.csv"
        if not path.is_file():
            return None
        text = path.read_bytes().decode("cp1252", errors="replace").removeprefix("ï»¿")
        reader = csv.DictReader(io.StringIO(text, newline=""))
        columns = tuple(name for name in reader.fieldnames or () if name)
        rows = [{name: (row[name] or "").strip() for name in columns} for row in reader if row.get("HomeTeam")]
        return _Recorded(columns, tuple(rows))


def _day_of(row: Row) -> date:
    day, month, year = (int(part) for part in row["Date"].split("/"))
    return date(year + 2000 if year < 100 else year, month, day)


def _written(columns: tuple[str, ...], rows: Iterable[Row]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("cp1252", errors="replace")


def _event(sport: str, row: Row, country: str) -> dict[str, Any]:
    """Return a match as the odds source shows it, under the names that it uses."""
    home, away = (SPELLINGS[country].get(row[side], (row[side],))[0] for side in ("HomeTeam", "AwayTeam"))
    books = []
    for key, prefix in (("pinnacle", "PS"), ("bet365", "B365")):
        prices = [row.get(prefix + letter, "") for letter in "HDA"]
        if all(prices):
            named = zip((home, "Draw", away), prices, strict=True)
            outcomes = [{"name": name, "price": float(price)} for name, price in named]
            books.append({"key": key, "title": key, "markets": [{"key": "h2h", "outcomes": outcomes}]})
    kickoff = datetime.combine(_day_of(row), _NOON, UTC)
    return {
        "id": hashlib.sha256(f"{home}{away}{kickoff}".encode()).hexdigest()[:32], "sport_key": sport,
        "commence_time": kickoff.isoformat().replace("+00:00", "Z"), "home_team": home, "away_team": away,
        "bookmakers": books,
    }  # fmt: skip
