"""Matches, their odds and the names of their teams, as sources told them; nothing here fetches anything.

Fits read results through `results_before` alone: it gives those of earlier days, whatever else is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.clock import format_instant
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.oracle.football_data import FIXTURE_ODDS, MatchRow
from auspex.oracle.model import Odds
from auspex.oracle.seasons import season_of, source_season
from auspex.oracle.team_names import SPELLINGS, nearest_names, resembling, team_identifier

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SEASON_TEAMS_EXTRA = 4
"""How many more teams than today's number a past season may have had."""


@dataclass(frozen=True, slots=True)
class Competition:
    """A competition of the reference data; `tie_break` is None where its chain is not known for certain."""

    code: str
    name: str
    country: str
    n_teams: int
    tie_break: tuple[str, ...] | None
    zones: tuple[dict[str, Any], ...]
    source_code: str
    odds_key: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a file's rows did: rows kept, of them new results or changes, and names nobody knows."""

    rows: int
    changed: int
    unknown_names: tuple[str, ...]


def load_competitions(connection: Connection) -> tuple[Competition, ...]:
    """Return every competition by code."""
    return tuple(
        Competition(
            code=row["code"], name=row["name"], country=row["country"], n_teams=row["n_teams"],
            tie_break=None if row["tie_break"] is None else tuple(row["tie_break"]), zones=tuple(row["zones"]),
            source_code=row["source_code"], odds_key=row["odds_key"],
        )
        for row in fetch_all(connection, SQL["load_competitions"], {})
    )  # fmt: skip


def known_names(connection: Connection, competition: Competition) -> dict[str, str]:
    """Return team identifiers by the names that this competition, else another one of the country, calls them."""
    known: dict[str, str] = {}
    for row in fetch_all(connection, SQL["list_aliases"], {"competition": competition.code}):
        known.setdefault(row["alias"], row["team_id"])
    return known


def store_results(
    connection: Connection,
    competition: Competition,
    rows: Sequence[MatchRow],
    *,
    season: str,
    is_current: bool,
    source_file_id: int,
    at: datetime,
) -> Stored:
    """Store a season's file: teams that it introduces, results, corrections, odds.

    The file of a division defines its teams: a name that resembles none that is known becomes a team, as long as the
    season has room for it. Any other unknown name is put up for review and its rows are left out.
    """
    names = list(dict.fromkeys(name for row in rows for name in (row.home, row.away)))
    room = competition.n_teams + (0 if is_current else SEASON_TEAMS_EXTRA)
    known = _introduce(connection, competition, names, room=room)
    stored = _store_rows(connection, competition, rows, known, season=season, source_file_id=source_file_id, at=at)
    _review(connection, competition, stored.unknown_names, known, source="results", at=at)
    return stored


def store_fixtures(
    connection: Connection, competition: Competition, rows: Sequence[MatchRow], *, source_file_id: int, at: datetime
) -> Stored:
    """Store matches to come; a name that no results file introduced is put up for review, never guessed."""
    known = known_names(connection, competition)
    _adopt(connection, competition, {row.home for row in rows} | {row.away for row in rows}, known)
    kept, changed, unknown = 0, 0, dict[str, None]()
    for season in sorted({season_of(row.match_date) for row in rows}):
        chosen = [row for row in rows if season_of(row.match_date) == season]
        part = _store_rows(connection, competition, chosen, known, season=season, source_file_id=source_file_id, at=at)
        kept, changed = kept + part.rows, changed + part.changed
        unknown |= dict.fromkeys(part.unknown_names)
    _review(connection, competition, tuple(unknown), known, source="fixtures", at=at)
    return Stored(kept, changed, tuple(unknown))


def store_odds(connection: Connection, rows: Sequence[Mapping[str, Any]], *, at: datetime) -> int:
    """Store prices of matches that exist: match_id, bookmaker, market, phase, outcome, decimal_odds; count changes."""
    if not rows:
        return 0
    return connection.execute(SQL["upsert_odds"], {"rows": Jsonb([dict(row) for row in rows]), "at": at}).rowcount


def review_names(
    connection: Connection, competition: Competition, names: Iterable[str], *, source: str, at: datetime
) -> None:
    """Put names up for review, each with the three that are most like it."""
    _review(connection, competition, tuple(names), known_names(connection, competition), source=source, at=at)


def results_before(
    connection: Connection, competition: str, day: date, *, since: date = date.min
) -> list[dict[str, Any]]:
    """Return the finished matches of days before `day`, oldest first; no result of that day or later leaves here."""
    since = max(since, date(1900, 1, 1))
    return fetch_all(connection, SQL["list_results_before"], {"competition": competition, "day": day, "since": since})


def season_field(connection: Connection, competition: str, season: str) -> tuple[str, ...]:
    """Return the teams that results and fixtures name for a season so far."""
    rows = fetch_all(connection, SQL["list_field"], {"competition": competition, "season": season})
    return tuple(row["team_id"] for row in rows)


def upcoming_matches(connection: Connection, competition: str, first: date, last: date) -> list[dict[str, Any]]:
    """Return the scheduled matches of some days, both included."""
    return fetch_all(connection, SQL["list_upcoming"], {"competition": competition, "first": first, "last": last})


def find_fixture(
    connection: Connection, *, competition: str, home_id: str, away_id: str, match_date: date
) -> dict[str, Any] | None:
    """Return the match of two teams on a day, or None."""
    return fetch_one(
        connection, SQL["find_fixture"],
        {"competition": competition, "home_id": home_id, "away_id": away_id, "match_date": match_date},
    )  # fmt: skip


def early_odds(connection: Connection, match_ids: Sequence[str]) -> dict[str, Odds]:
    """Return the early prices a forecast uses, by match: Avg, else PS, else B365, else the first complete bookmaker.

    Closing prices never leave here: they serve scoring alone.
    """
    rows = fetch_all(connection, SQL["list_odds"], {"match_ids": list(match_ids), "phase": "early"})
    by_match: dict[str, dict[str, dict[tuple[str, str], dict[str, Any]]]] = {}
    for row in rows:
        book = by_match.setdefault(row["match_id"], {}).setdefault(row["bookmaker"], {})
        book[row["market"], row["outcome"]] = row
    chosen = {match_id: _preferred(books) for match_id, books in by_match.items()}
    return {match_id: odds for match_id, odds in chosen.items() if odds is not None}


def changed_results(connection: Connection, since: datetime) -> list[dict[str, Any]]:
    """Return matches whose result became known, or was corrected, since an instant."""
    return fetch_all(connection, SQL["list_changed_results"], {"since": since})


def match_identifier(competition: str, season: str, home_id: str, away_id: str, country: str) -> str:
    """Return a match's identifier: competition, season and both teams without their country."""
    prefix = team_identifier(country, "")
    home, away = (team_id.removeprefix(prefix + "-") for team_id in (home_id, away_id))
    return f"{competition}-{source_season(season)}-{home}-{away}"


def _preferred(books: Mapping[str, Mapping[tuple[str, str], dict[str, Any]]]) -> Odds | None:
    names = [*FIXTURE_ODDS, *sorted(books.keys() - set(FIXTURE_ODDS))]
    wanted = [("1x2", outcome) for outcome in ("home", "draw", "away")]
    for name in names:
        book = books.get(name, {})
        if all(key in book for key in wanted):
            home, draw, away = (book[key]["decimal_odds"] for key in wanted)
            over, under = (book.get(("over_2_5", side)) for side in ("over", "under"))
            both = over is not None and under is not None
            return Odds(
                home=home, draw=draw, away=away, seen_at=min(book[key]["seen_at"] for key in wanted),
                over_2_5=over["decimal_odds"] if over and both else None,
                under_2_5=under["decimal_odds"] if under and both else None,
            )  # fmt: skip
    return None


def _introduce(connection: Connection, competition: Competition, names: Sequence[str], *, room: int) -> dict[str, str]:
    """Make teams of names that the season's file brings, and return all names known afterwards."""
    known = known_names(connection, competition)
    _adopt(connection, competition, names, known)
    unknown = [name for name in names if name not in known]
    places = max(0, room - (len(names) - len(unknown)))
    fresh = [name for name in unknown if not resembling(name, known)][:places]
    if fresh:
        teams = [{"team_id": team_identifier(competition.country, name), "name": name} for name in fresh]
        aliases = [
            {"alias": spelling, "team_id": team["team_id"]}
            for team in teams
            for spelling in (team["name"], *SPELLINGS.get(competition.country, {}).get(team["name"], ()))
        ]
        connection.execute(SQL["insert_teams"], {"competition": competition.code, "rows": Jsonb(teams)})
        connection.execute(SQL["insert_aliases"], {"competition": competition.code, "rows": Jsonb(aliases)})
        known |= {alias["alias"]: alias["team_id"] for alias in aliases}
    return known


def _adopt(connection: Connection, competition: Competition, names: Iterable[str], known: Mapping[str, str]) -> None:
    """Keep, as this competition's own, names that another competition of the country gave to a team."""
    rows = [{"alias": name, "team_id": known[name]} for name in sorted(names) if name in known]
    connection.execute(SQL["insert_aliases"], {"competition": competition.code, "rows": Jsonb(rows)})


def _store_rows(
    connection: Connection,
    competition: Competition,
    rows: Sequence[MatchRow],
    known: Mapping[str, str],
    *,
    season: str,
    source_file_id: int,
    at: datetime,
) -> Stored:
    unknown = dict.fromkeys(name for row in rows for name in (row.home, row.away) if name not in known)
    matches: dict[str, dict[str, Any]] = {}
    prices: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        if row.home in unknown or row.away in unknown or known[row.home] == known[row.away]:
            continue
        home_id, away_id = known[row.home], known[row.away]
        match_id = match_identifier(competition.code, season, home_id, away_id, competition.country)
        matches[match_id] = {
            "match_id": match_id, "season": season, "match_date": row.match_date.isoformat(),
            "kickoff": None if row.kickoff is None else format_instant(row.kickoff),
            "home_id": home_id, "away_id": away_id, "home_goals": row.home_goals, "away_goals": row.away_goals,
            "ht_home": row.ht_home, "ht_away": row.ht_away, "home_sot": row.home_sot, "away_sot": row.away_sot,
            "home_shots": row.home_shots, "away_shots": row.away_shots, "home_corners": row.home_corners,
            "away_corners": row.away_corners, "home_red": row.home_red, "away_red": row.away_red,
        }  # fmt: skip
        for quote in row.odds:
            for outcome, price in quote.prices.items():
                key = (match_id, quote.bookmaker, quote.market, quote.phase, outcome)
                names = ("match_id", "bookmaker", "market", "phase", "outcome")
                prices[key] = dict(zip(names, key, strict=True)) | {"decimal_odds": price}
    found = fetch_all(
        connection, SQL["upsert_matches"],
        {
            "competition": competition.code, "rows": Jsonb(list(matches.values())), "source_file_id": source_file_id,
            "at": at,
        },
    )  # fmt: skip
    store_odds(connection, list(prices.values()), at=at)
    return Stored(len(matches), len(found), tuple(unknown))


def _review(
    connection: Connection,
    competition: Competition,
    names: Sequence[str],
    known: Mapping[str, str],
    *,
    source: str,
    at: datetime,
) -> None:
    rows = [{"name": name[:80], "nearest": nearest_names(name, known)} for name in names]
    connection.execute(
        SQL["review_names"], {"competition": competition.code, "source": source, "rows": Jsonb(rows), "at": at}
    )
    connection.execute(SQL["close_reviews"], {"competition": competition.code, "at": at})
