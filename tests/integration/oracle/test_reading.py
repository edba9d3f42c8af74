"""GET teams, fixtures, parameters and calibration after a stretch of a real season."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Server, cloned
from tests.factories.oracle_days import live_through, run_schedule
from tests.factories.season_files import season_replay
from tests.harness.harness import Harness
from tests.integration.oracle.conftest import harness_on, season_folder

FRIDAY = date(2018, 11, 9)


@pytest.fixture(scope="module")
def lived(postgres_server: Server, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """Two mornings of E0 2018/19; these tests only read."""
    folder = season_folder(shared_data, tmp_path_factory.mktemp("seasons"))
    with (
        season_replay(folder) as replay,
        cloned(postgres_server) as database,
        harness_on(database, replay, FRIDAY) as harness,
    ):
        live_through(harness, replay, FRIDAY, 2)
        yield harness


def get(harness: Harness, path: str) -> Any:
    return harness.request("GET", f"/v1/oracle/{path}", key=harness.create_key("oracle:read"))


def test_teams_carry_the_strengths_of_the_parameters_in_force(lived: Harness) -> None:
    teams = {team["team_id"]: team for team in get(lived, "teams?competition=E0&limit=100").data}
    city, fulham = teams["england-man-city"], teams["england-fulham"]
    assert city["elo"] > fulham["elo"]
    assert city["attack"] > fulham["attack"]
    assert "Manchester City" in city["aliases"]
    assert city["rated_on"] == "2018-11-05"


def test_a_part_of_any_name_finds_a_team(lived: Harness) -> None:
    assert [team["team_id"] for team in get(lived, "teams?q=hotspur").data] == ["england-tottenham"]


def test_strengths_as_of_a_day_know_nothing_of_that_day(lived: Harness) -> None:
    assert get(lived, "teams/england-arsenal?as_of=2018-11-05").data["elo"] is None
    later = get(lived, "teams/england-arsenal?as_of=2018-11-06").data
    assert later["elo"] is not None
    assert [entry["day"] for entry in later["history"]] == ["2018-11-05"]


def test_an_unknown_team_is_not_found(lived: Harness) -> None:
    reply = get(lived, "teams/england-nobody")
    assert (reply.status, reply.json()["code"]) == (404, "team-unknown")


def ask(harness: Harness, home: str) -> Any:
    body = {"competition": "E0", "home": {"name": home}, "away": {"name": "Fulham"}, "depth": "headline_pick"}
    return harness.request("POST", "/v1/oracle/simulations", key=harness.create_key("oracle"), json=body)


@pytest.mark.parametrize("name", ["Man City", "manchester city", "MAN  CITY"])
def test_spellings_that_differ_in_case_and_marks_mean_the_same_team(lived: Harness, name: str) -> None:
    assert ask(lived, name).data["fixture"]["home_id"] == "england-man-city"


def test_a_name_that_only_looks_alike_is_refused_with_the_nearest_three(lived: Harness) -> None:
    refused = ask(lived, "Arsenall")
    assert (refused.status, refused.json()["code"]) == (404, "team-unknown")
    assert refused.json()["nearest"][0] == "Arsenal"
    assert len(refused.json()["nearest"]) == 3


def test_fixtures_show_early_prices_and_the_newest_archived_forecasts(lived: Harness) -> None:
    fixtures = get(lived, "fixtures?competition=E0&from=2018-11-10&to=2018-11-11").data
    assert len(fixtures) == 10
    for fixture in fixtures:
        assert {offer["market"] for offer in fixture["odds"]} >= {"1x2"}
        models = {forecast["model"]: forecast for forecast in fixture["forecasts"]}
        assert set(models) == {"elo", "goals", "market", "goals_with_odds"}
        assert models["goals"]["issued_at"].startswith(
            "2018-11-10" if fixture["match_date"] == "2018-11-11" else "2018-11-09"
        )


def test_parameters_are_listed_and_shown_with_their_teams(lived: Harness) -> None:
    listed = get(lived, "parameters?competition=E0&model=goals&status=active").data
    assert len(listed) == 1
    assert listed[0]["fit"]["converged"] is True
    shown = get(lived, f"parameters/{listed[0]['id']}").data
    assert shown["sha256"] == listed[0]["sha256"]
    assert len(shown["teams"]) > 20
    assert get(lived, "parameters/goals-1.0.0~E0~2001-01-01~00000000").status == 404


def test_calibration_before_any_score_is_an_empty_list(lived: Harness) -> None:
    assert get(lived, "calibration?competition=E0").data == []


def test_the_schedules_runs_are_kept_with_their_counts(lived: Harness) -> None:
    runs = lived.rows("SELECT schedule, outcome, detail FROM platform.schedule_runs WHERE schedule LIKE 'oracle-%'")
    assert {(run["schedule"], run["outcome"]) for run in runs} == {
        ("oracle-refresh", "succeeded"), ("oracle-refit", "succeeded"), ("oracle-score", "succeeded"),
    }  # fmt: skip
    assert run_schedule(lived, "refresh", FRIDAY)["outcome"] == "repeat"
