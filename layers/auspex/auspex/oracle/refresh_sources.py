"""The daily refresh: results, corrections, matches to come and their prices, from both sources (ORACLE 5, 8).

A file is asked for once a day, conditionally. Whatever goes wrong with one file is recorded and leaves what we hold of
it as it was; the others go on. A run that fails half-way is repeated whole: files asked for that day are skipped.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from auspex.core.database import Connection, connect, transaction
from auspex.core.limits import HISTORY_SEASONS
from auspex.core.telemetry import count
from auspex.oracle.match_store import (
    Competition,
    find_fixture,
    known_names,
    load_competitions,
    review_names,
    store_fixtures,
    store_odds,
    store_results,
)
from auspex.oracle.ports import Sources
from auspex.oracle.seasons import season_of, seasons_before
from auspex.oracle.source_errors import NotModified, SourceFault
from auspex.oracle.source_store import Asked, asked_files, held_version, record_fault, record_file
from auspex.oracle.sources.football_data import FIXTURES_PATH, SourceFile
from auspex.oracle.sources.odds import OddsReply

SECONDS_NEEDED = 3.0
"""Time that must be left to begin with another file."""


def refresh_sources(at: datetime, *, sources: Sources) -> dict[str, Any]:
    """Ask the sources for what is due on the day of `at` and store it; returns counts by outcome."""
    today = at.date()
    competitions = load_competitions(connect())
    done: Counter[str] = Counter()
    if not sources.football_data.transport.is_configured:
        return {"not_configured": 1}
    season = season_of(today)
    _read_seasons([(c, season) for c in competitions], sources, today=today, at=at, done=done)
    # In July a division has no file of its new season yet: the one before shows whether the source knows the division.
    before = seasons_before(season, HISTORY_SEASONS)
    unknown = [c for c in competitions if not _is_known(c, sources, today=today)]
    _read_seasons([(c, before[0]) for c in unknown], sources, today=today, at=at, done=done)
    known = [c for c in competitions if _is_known(c, sources, today=today)]
    _read_seasons([(c, s) for s in before for c in known], sources, today=today, at=at, done=done)
    _read_fixtures(competitions, sources, today=today, at=at, done=done)
    _read_odds(competitions, sources, today=today, at=at, done=done)
    for outcome, number in done.items():
        count("SourceFiles", number, outcome=outcome)
    return dict(sorted(done.items()))


def _is_known(competition: Competition, sources: Sources, *, today: date) -> bool:
    """Tell whether any season of a competition is stored."""
    seasons = [season_of(today), *seasons_before(season_of(today), HISTORY_SEASONS)]
    paths = [sources.football_data.results_path(competition.source_code, season) for season in seasons]
    return any(asked.is_stored for asked in asked_files(connect(), paths).values())


def _read_seasons(
    wanted: Sequence[tuple[Competition, str]], sources: Sources, *, today: date, at: datetime, done: Counter[str]
) -> None:
    """Read seasons' files that are due, those never asked for first."""
    paths = [sources.football_data.results_path(c.source_code, season) for c, season in wanted]
    asked = asked_files(connect(), paths)
    for path, (competition, season) in sorted(zip(paths, wanted, strict=True), key=lambda entry: entry[0] in asked):
        is_current = season == season_of(today)
        if not _is_due(asked.get(path), today, is_current=is_current):
            continue
        if sources.countdown.left() <= SECONDS_NEEDED:
            done["left_for_later"] += 1
            continue
        done[_read_season(path, competition, season, sources, is_current=is_current, at=at)] += 1


def _is_due(before: Asked | None, today: date, *, is_current: bool) -> bool:
    """A past season is settled once; the present one is asked for once a day."""
    if before is None:
        return True
    asked_today = before.asked_at.date() >= today
    return not asked_today and (is_current or not before.is_settled)


def _read_season(
    path: str, competition: Competition, season: str, sources: Sources, *, is_current: bool, at: datetime
) -> str:
    held = held_version(connect(), path)
    try:
        file = sources.football_data.read(path, etag=held.etag, last_modified=held.last_modified)
        if hashlib.sha256(file.fetched.body).hexdigest() == held.sha256:
            raise NotModified(path, status=200)
    except SourceFault as fault:
        return _note_fault(path, competition.code, fault, at=at)
    with transaction() as connection:
        file_id = record_file(
            connection, source="football-data", competition=competition.code, fetched=file.fetched,
            rows_ok=len(file.parsed.rows), rejected=file.parsed.rejected, at=at,
        )  # fmt: skip
        store_results(
            connection, competition, [row for row in file.parsed.rows if row.division == competition.source_code],
            season=season, is_current=is_current, source_file_id=file_id, at=at,
        )  # fmt: skip
    return "stored"


def _note_fault(path: str, competition: str | None, fault: SourceFault, *, at: datetime) -> str:
    with transaction() as connection:
        record_fault(connection, source="football-data", competition=competition, path=path, fault=fault, at=at)
    return fault.outcome


def _read_fixtures(
    competitions: Sequence[Competition], sources: Sources, *, today: date, at: datetime, done: Counter[str]
) -> None:
    held = held_version(connect(), FIXTURES_PATH)
    if held.asked_at is not None and held.asked_at.date() >= today:
        return
    try:
        file = sources.football_data.read(FIXTURES_PATH, etag=held.etag, last_modified=held.last_modified)
    except SourceFault as fault:
        done[_note_fault(FIXTURES_PATH, None, fault, at=at)] += 1
        return
    with transaction() as connection:
        file_id = record_file(
            connection, source="football-data", competition=None, fetched=file.fetched,
            rows_ok=len(file.parsed.rows), rejected=file.parsed.rejected, at=at,
        )  # fmt: skip
        for competition in competitions:
            _store_fixtures(connection, competition, file, file_id, at=at)
    done["stored"] += 1


def _store_fixtures(
    connection: Connection, competition: Competition, file: SourceFile, file_id: int, *, at: datetime
) -> None:
    rows = [
        row for row in file.parsed.rows
        if row.division == competition.source_code and row.match_date >= at.date() and not row.played
    ]  # fmt: skip
    if rows:
        store_fixtures(connection, competition, rows, source_file_id=file_id, at=at)


def _read_odds(
    competitions: Sequence[Competition], sources: Sources, *, today: date, at: datetime, done: Counter[str]
) -> None:
    """Ask for prices of competitions that have matches to come; without key or quota forecasts go out without them."""
    if not sources.odds.is_configured:
        return
    for competition in competitions:
        if competition.odds_key is None or sources.countdown.left() <= SECONDS_NEEDED:
            continue
        path = sources.odds.path(competition.odds_key)
        held = held_version(connect(), path)
        if held.asked_at is not None and held.asked_at.date() >= today:
            continue
        try:
            reply = sources.odds.odds(competition.odds_key, today=today)
        except SourceFault as fault:
            with transaction() as connection:
                record_fault(connection, source="odds", competition=competition.code, path=path, fault=fault, at=at)
            done[f"odds_{fault.outcome}"] += 1
            continue
        _store_odds(competition, reply, at=at)
        done["odds_stored"] += 1


def _store_odds(competition: Competition, reply: OddsReply, *, at: datetime) -> None:
    with transaction() as connection:
        names = known_names(connection, competition)
        unknown = dict.fromkeys(n for match in reply.matches for n in (match.home, match.away) if n not in names)
        rows: list[dict[str, Any]] = []
        for match in reply.matches:
            if match.home in unknown or match.away in unknown or match.kickoff <= at:
                continue
            found = find_fixture(
                connection, competition=competition.code, home_id=names[match.home], away_id=names[match.away],
                match_date=match.kickoff.date(),
            )  # fmt: skip
            if found is not None and found["status"] == "scheduled":
                rows += [
                    {"match_id": found["match_id"], "bookmaker": book[:60], "market": market, "phase": "early",
                     "outcome": outcome, "decimal_odds": price}
                    for (book, market, outcome), price in match.prices.items()
                ]  # fmt: skip
        record_file(
            connection, source="odds", competition=competition.code, fetched=reply.fetched, rows_ok=len(reply.matches),
            rejected=(), at=at,
        )  # fmt: skip
        store_odds(connection, rows, at=at)
        review_names(connection, competition, unknown, source="odds", at=at)
