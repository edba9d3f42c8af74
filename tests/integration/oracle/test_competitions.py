"""GET /v1/oracle/competitions, and what the schema itself keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from tests.conftest import Database
from tests.harness.harness import Harness

AT = datetime(2024, 11, 4, tzinfo=UTC)


def test_every_competition_of_the_reference_data_is_listed_once(harness: Harness) -> None:
    reply = harness.request("GET", "/v1/oracle/competitions", key=harness.create_key("oracle:read"))
    assert reply.status == 200
    codes = [row["code"] for row in reply.data]
    assert codes == sorted(codes)
    assert {"E0", "D1", "SP1"} <= set(codes)
    (league,) = [row for row in reply.data if row["code"] == "SP1"]
    assert league["tie_break"][:3] == ["points", "head_to_head_points", "head_to_head_goal_difference"]
    assert league["last_result_on"] is None
    assert league["params_versions"] == {}


def test_a_key_of_another_product_is_refused(harness: Harness) -> None:
    assert harness.request("GET", "/v1/oracle/competitions", key=harness.create_key("filings:read")).status == 403


def store_match(connection: psycopg.Connection[dict[str, object]]) -> None:
    connection.execute("INSERT INTO oracle.teams VALUES ('a', 'A', 'England'), ('b', 'B', 'England')")
    connection.execute(
        "INSERT INTO oracle.matches (match_id, competition, season, match_date, home_id, away_id, home_goals, "
        "away_goals, status, updated_at) VALUES ('m', 'E0', '2018/19', '2018-08-10', 'a', 'b', 2, 1, 'finished', %s)",
        [AT],
    )


def test_a_corrected_result_leaves_the_earlier_one_behind(database: Database) -> None:
    with database.connect("auspex_oracle") as connection:
        store_match(connection)
        connection.execute("UPDATE oracle.matches SET updated_at = %s WHERE match_id = 'm'", [AT])
        connection.execute("UPDATE oracle.matches SET away_goals = 2, updated_at = %s WHERE match_id = 'm'", [AT])
        changes = connection.execute(
            "SELECT before -> 'away_goals' AS before, after -> 'away_goals' AS after FROM oracle.match_changes"
        ).fetchall()
    assert changes == [{"before": 1, "after": 2}]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE oracle.match_changes SET after = '{}'",
        "DELETE FROM oracle.source_files",
        "TRUNCATE oracle.match_changes",
        "DELETE FROM oracle.params",
        "UPDATE oracle.params SET hyper = '{\"changed\": true}'",
        "DELETE FROM oracle.reports",
    ],
)
@pytest.mark.parametrize("role", ["auspex_oracle", None])
def test_what_is_append_only_is_so_for_everybody(database: Database, role: str | None, statement: str) -> None:
    with database.connect(None) as connection:
        connection.execute(
            "INSERT INTO oracle.params VALUES ('v', 'E0', 'elo', '2018-08-01', '{}', '{}', NULL, 'active', %s, %s)",
            [AT, "0" * 64],
        )
    with database.connect(role) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement.encode())


def test_a_version_moves_from_active_to_superseded_and_two_are_never_active(database: Database) -> None:
    insert = "INSERT INTO oracle.params VALUES (%s, 'E0', 'elo', '2018-08-01', '{}', '{}', NULL, 'active', %s, %s)"
    with database.connect("auspex_oracle") as connection:
        connection.execute(insert, ["one", AT, "0" * 64])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(insert, ["two", AT, "1" * 64])
        connection.execute("UPDATE oracle.params SET status = 'superseded' WHERE params_version = 'one'")
        connection.execute(insert, ["two", AT, "1" * 64])
