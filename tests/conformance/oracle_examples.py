"""What the document's examples of oracle speak of: teams, matches to come, versions, records. Plain inserts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg

Connection = psycopg.Connection[dict[str, object]]
SEEN_AT = datetime(2024, 11, 1, tzinfo=UTC)
MATCH_DAY = date(2024, 11, 6)
TEAMS = ("arsenal", "chelsea", "everton", "fulham", "liverpool", "wolves")
VERSION = "goals-1.0.0/E0/2019-05-12/0123abcd"


def store_oracle_examples(connection: Connection) -> None:
    """Store enough of everything for lists to have pages."""
    for name in TEAMS:
        team = {"id": f"england-{name}", "name": name.capitalize()}
        connection.execute("INSERT INTO oracle.teams VALUES (%(id)s, %(name)s, 'England')", team)
        connection.execute("INSERT INTO oracle.team_aliases VALUES ('E0', %(name)s, %(id)s)", team)
    for number, home in enumerate(TEAMS[:-1]):
        match = {
            "id": f"E0-2425-{home}-wolves", "day": MATCH_DAY + timedelta(days=number % 2),
            "home": f"england-{home}", "at": SEEN_AT,
        }  # fmt: skip
        connection.execute(
            "INSERT INTO oracle.matches "
            "(match_id, competition, season, match_date, home_id, away_id, status, updated_at) "
            "VALUES (%(id)s, 'E0', '2024/25', %(day)s, %(home)s, 'england-wolves', 'scheduled', %(at)s)",
            match,
        )
    for number in range(4):
        version = {"version": f"elo-1.0.0/E0/2019-05-0{number + 1}/0123abc{number}", "day": date(2019, 5, number + 1)}
        _store_version(connection, version["version"], version["day"], "elo", "superseded")
    _store_version(connection, VERSION, date(2019, 5, 12), "goals", "active")
    connection.execute(
        "INSERT INTO oracle.team_params (params_version, team_id, attack, defence, matches) "
        "VALUES (%s, 'england-arsenal', 0.3, 0.1, 380)",
        [VERSION],
    )
    for model in ("elo", "goals", "market"):
        connection.execute(
            "INSERT INTO oracle.calibration VALUES ('live', %s, %s, '*', '*', 3, NULL, NULL, %s)",
            [model, f"{model}-1.0.0", SEEN_AT],
        )


def _store_version(connection: Connection, version: object, day: object, model: str, status: str) -> None:
    connection.execute(
        "INSERT INTO oracle.params VALUES (%s, 'E0', %s, %s, '{\"layer\": {}}', '{}', NULL, %s, %s, %s)",
        [version, model, day, status, SEEN_AT, "0" * 64],
    )
