"""Rows and seasons of the past: answered from earlier days alone, fitted on demand, scored beside the market."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Server, cloned
from tests.factories.stored_leagues import csv_of, store_league
from tests.harness.harness import Harness
from tests.integration.oracle.batching import begin, page, post_csv, results

SEASON = "2018/19"


@pytest.fixture(scope="module")
def harness(postgres_server: Server, shared_data: Path) -> Iterator[Harness]:
    """A deployment that knows the Premier League of 2015/16 to 2018/19."""
    with cloned(postgres_server) as database, Harness(database) as harness:
        with database.connect("auspex_oracle") as connection:
            store_league(connection, shared_data, "E0", first=2015, last=2018)
        yield harness


@pytest.fixture
def key(harness: Harness) -> str:
    """An account of oracle's with tokens."""
    return harness.create_key("oracle", tokens=10_000)


def rows_of_weeks(content: bytes, first: int, last: int) -> bytes:
    """Return the header and some lines of a file."""
    lines = content.splitlines(keepends=True)
    return lines[0] + b"".join(lines[first : last + 1])


def test_an_uploaded_season_is_forecast_week_by_week_and_scored(harness: Harness, key: str, shared_data: Path) -> None:
    content = rows_of_weeks(csv_of(shared_data, "E0", SEASON), 200, 319)
    reply = post_csv(harness, key, content, "?depth=headline_pick&model=goals")
    assert (reply.status, reply.data["rows_accepted"]) == (202, 120)
    harness.hop()
    job_id = reply.data["job"]["job_id"]
    rows = results(harness, key, job_id)
    assert [row["error"] for row in rows] == [None] * 120
    days = {row["row_no"]: row["input"]["match_date"] for row in stored_rows(harness, job_id)}
    for row in rows:
        trained_through = date.fromisoformat(row["params_version"].split("/")[2])
        assert trained_through < date.fromisoformat(days[row["row"]])
        assert row["result"]["run"]["params_version"] == row["params_version"]
    assert len({row["params_version"] for row in rows}) > 8
    totals = page(harness, key, job_id)["totals"]
    assert (totals["rows_scored"], totals["base_rate"]["rows"], totals["market"]["rows"]) == (120, 120, 120)
    assert max(totals["market"]["rps"], totals["forecast"]["rps"]) < totals["base_rate"]["rps"]
    assert totals["base_rate"]["skill"] > 0.05


def stored_rows(harness: Harness, job_id: str) -> list[dict[str, Any]]:
    return harness.rows("SELECT row_no, input FROM oracle.batch_rows WHERE job_id = %(id)s", {"id": job_id})


def fixture_on(day: date, **fields: Any) -> dict[str, Any]:
    """Return a row of two real teams on a day."""
    return {
        "home": {"name": "Arsenal"}, "away": {"name": "Chelsea"}, "competition": "E0", "match_date": day.isoformat(),
    } | fields  # fmt: skip


def test_a_result_of_the_day_or_later_changes_nothing(harness: Harness, key: str) -> None:
    day = date(2019, 1, 19)
    asked = [fixture_on(day), fixture_on(day + timedelta(days=3))]
    before = results(harness, key, begin_and_finish(harness, key, asked))
    harness.rows(
        "UPDATE oracle.matches SET home_goals = 9, away_goals = 0 WHERE competition = 'E0' AND match_date >= %(day)s",
        {"day": day - timedelta(days=1)},  # the Friday whose parameters serve that week
    )
    after = results(harness, key, begin_and_finish(harness, key, asked))
    assert [row["result"] for row in after] == [row["result"] for row in before]
    harness.rows(
        "UPDATE oracle.matches SET home_goals = 9, away_goals = 0 WHERE competition = 'E0' AND match_date = %(day)s",
        {"day": date(2019, 1, 13)},  # what was known changes the answer: the test can fail
    )
    harness.rows("ALTER TABLE oracle.params DISABLE TRIGGER USER")
    harness.rows("TRUNCATE oracle.params, oracle.team_params, oracle.posteriors")
    harness.rows("ALTER TABLE oracle.params ENABLE TRIGGER USER")
    known = results(harness, key, begin_and_finish(harness, key, asked))
    assert [row["result"]["probabilities"] for row in known] != [row["result"]["probabilities"] for row in before]


def begin_and_finish(harness: Harness, key: str, rows: list[dict[str, Any]]) -> str:
    """Have goals rows answered."""
    job_id = begin(harness, key, rows, model="goals")
    harness.hop()
    return job_id


def test_parameters_of_the_day_or_later_are_not_used(harness: Harness, key: str) -> None:
    day = date(2019, 2, 1)
    late, early = begin(harness, key, [fixture_on(date(2019, 4, 26))], model="goals"), None
    harness.hop()
    early = begin(harness, key, [fixture_on(day)], model="goals", as_of="now")
    harness.hop()
    (used,) = results(harness, key, early)
    (newer,) = results(harness, key, late)
    assert newer["params_version"].split("/")[2] > day.isoformat()
    assert used["params_version"] is None or used["params_version"].split("/")[2] < day.isoformat()


def project(harness: Harness, key: str, **fields: Any) -> Any:
    """Have a season projected and return its totals."""
    body = {"competition": "E0", "season": SEASON, "n": 1_000, "seed": 5} | fields
    reply = harness.request("POST", "/v1/oracle/projections", key=key, json=body)
    assert reply.status == 202, reply.body
    harness.hop()
    return page(harness, key, reply.data["job_id"])["totals"]


def test_a_season_played_to_the_end_is_the_real_table(harness: Harness, key: str) -> None:
    totals = project(harness, key, as_of="2019-06-01", season="2017/18")
    assert totals["meta"]["matches_remaining"] == 0
    assert [team["team"] for team in totals["table"]][:2] == ["Man City", "Man United"]
    assert [team["team"] for team in totals["table"]][-3:] == ["Swansea", "Stoke", "West Brom"]
    assert all(max(p["probability"] for p in team["positions"]) == 1 for team in totals["table"])


def test_a_projection_knows_nothing_of_its_day_and_later(harness: Harness, key: str) -> None:
    before = project(harness, key, as_of="2018-02-01", season="2017/18")
    assert before["meta"]["matches_played"] + before["meta"]["matches_remaining"] == 380
    assert date.fromisoformat(before["meta"]["params_version"].split("/")[2]) < date(2018, 2, 1)
    harness.rows(
        "UPDATE oracle.matches SET home_goals = 0, away_goals = 9 WHERE competition = 'E0' "
        "AND match_date >= '2018-02-01' AND home_id LIKE '%%man-city'"
    )
    assert project(harness, key, as_of="2018-02-01", season="2017/18")["table"] == before["table"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"competition": "ZZ"}, 404, "team-unknown"),
        ({"as_of": "2030-01-01"}, 422, "look-ahead"),
        ({"season": "2010/11", "as_of": "2018-01-01"}, 422, "season-not-projectable"),
        ({"as_of": "2015-08-01"}, 409, "no-parameters"),
        ({"competition": "I1"}, 409, "no-parameters"),
        ({"levers": [{"kind": "rest", "team": "nobody", "attack_factor": 0.9}]}, 404, "team-unknown"),
    ],
    ids=str,
)
def test_a_season_that_cannot_be_projected_is_refused(
    harness: Harness, key: str, fields: dict[str, Any], status: int, code: str
) -> None:
    body = {"competition": "E0", "season": SEASON, "as_of": "2019-01-01", "n": 1_000} | fields
    reply = harness.request("POST", "/v1/oracle/projections", key=key, json=body)
    assert (reply.status, reply.json()["code"]) == (status, code)
