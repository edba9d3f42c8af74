"""A league's real results in the database, as the daily refresh would have stored them file by file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg

from auspex.oracle.football_data import parse_results
from auspex.oracle.match_store import load_competitions, store_results
from auspex.oracle.seasons import source_season

STORED_AT = datetime(2020, 1, 1, tzinfo=UTC)
INSERT_FILE = """INSERT INTO oracle.source_files (source, url, competition, fetched_at, status, outcome)
VALUES ('football-data', %(url)s, %(competition)s, %(at)s, 200, 'stored') RETURNING id"""


def csv_of(folder: Path, competition: str, season: str) -> bytes:
    """Return the file of a season, such as 2018/19, in the folder of recorded data."""
    return (folder / "oracle" / "raw" / f"{competition}_{source_season(season)}.csv").read_bytes()


def store_league(
    connection: psycopg.Connection[dict[str, object]], folder: Path, competition: str, *, first: int, last: int
) -> None:
    """Store the seasons that begin in the years from `first` to `last`."""
    (known,) = (c for c in load_competitions(connection) if c.code == competition)
    for year in range(first, last + 1):
        season = f"{year}/{(year + 1) % 100:02d}"
        named = {"url": f"/mmz4281/{source_season(season)}/{competition}.csv", "competition": competition}
        row = connection.execute(INSERT_FILE, named | {"at": STORED_AT}).fetchone()
        assert row is not None
        rows = parse_results(csv_of(folder, competition, season)).rows
        store_results(
            connection, known, rows, season=season, is_current=False, source_file_id=int(str(row["id"])), at=STORED_AT
        )  # fmt: skip
