"""The daily refresh: what the sources say is stored once, what they do wrong changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from tests.factories.season_files import SeasonReplay
from tests.harness.harness import Harness
from tests.integration.oracle.conftest import MakeOracle

E0 = "/football/mmz4281/1819/E0.csv"
AUTUMN = date(2018, 11, 5)


def refresh(harness: Harness, day: date | None = None) -> dict[str, Any]:
    at = datetime.combine(day, time(6, 30), UTC) if day else harness.clock.now()
    event = {"schedule": "oracle-refresh", "scheduled_at": at.isoformat()}
    reply: dict[str, Any] = harness.invoke("oracle", "schedule_refresh", event)
    return reply


def files(harness: Harness, url: str) -> list[dict[str, Any]]:
    return harness.rows(
        "SELECT outcome, status, rows_ok, rows_bad, detail FROM oracle.source_files WHERE url = %(url)s ORDER BY id",
        {"url": url.removeprefix("/football")},
    )


def finished(harness: Harness) -> int:
    return int(harness.rows("SELECT count(*) AS n FROM oracle.matches WHERE status = 'finished'")[0]["n"])


def test_a_first_refresh_brings_history_results_fixtures_and_early_odds(make_oracle: MakeOracle) -> None:
    harness = make_oracle(AUTUMN)
    detail = refresh(harness)
    assert detail["outcome"] == "succeeded"
    seasons = harness.rows(
        "SELECT season, count(*) AS n FROM oracle.matches WHERE status = 'finished' GROUP BY 1 ORDER BY 1"
    )
    assert [row["n"] for row in seasons[:-1]] == [380]
    assert seasons[-1]["season"] == "2018/19"
    assert harness.rows("SELECT 1 FROM oracle.matches WHERE status = 'finished' AND match_date >= '2018-11-05'") == []
    coming = harness.rows("SELECT match_date, home_goals FROM oracle.matches WHERE status = 'scheduled' ORDER BY 1")
    assert coming
    assert {row["home_goals"] for row in coming} == {None}
    assert all(AUTUMN <= row["match_date"] <= date(2018, 11, 11) for row in coming)
    phases = harness.rows(
        "SELECT DISTINCT o.phase FROM oracle.odds AS o JOIN oracle.matches AS m USING (match_id) "
        "WHERE m.status = 'scheduled'"
    )
    assert phases == [{"phase": "early"}]


def test_a_repeat_of_the_day_asks_nothing_and_the_next_day_asks_for_the_present_season_alone(
    make_oracle: MakeOracle, seasons: SeasonReplay
) -> None:
    harness = make_oracle(AUTUMN)
    refresh(harness)
    seasons.server.log.clear()
    assert refresh(harness)["outcome"] == "repeat"
    refresh(harness, date(2018, 11, 6))
    assert seasons.server.log.summary()["by_path"] == {E0: 1, "/football/fixtures.csv": 1}


def test_an_unchanged_file_is_answered_by_304_and_noted(make_oracle: MakeOracle) -> None:
    harness = make_oracle(AUTUMN)
    refresh(harness)
    before = finished(harness)
    refresh(harness, date(2018, 11, 6))
    assert [file["outcome"] for file in files(harness, E0)] == ["stored", "unchanged"]
    assert files(harness, E0)[1]["status"] == 304
    assert finished(harness) == before


def test_a_corrected_score_replaces_the_result_and_keeps_the_earlier_one(
    make_oracle: MakeOracle, seasons: SeasonReplay
) -> None:
    harness = make_oracle(AUTUMN)
    refresh(harness)
    seasons.sports.steer("/__revision", {
        "division": "E0", "season": "1819", "home": "Man United", "away": "Leicester", "home_goals": 2, "away_goals": 2,
    })  # fmt: skip
    refresh(harness, date(2018, 11, 6))
    (change,) = harness.rows("SELECT match_id, before, after FROM oracle.match_changes")
    assert change["match_id"] == "E0-1819-man-united-leicester"
    assert (change["before"]["away_goals"], change["after"]["away_goals"]) == (1, 2)


@pytest.mark.parametrize(
    ("kind", "outcome", "status"),
    [
        ("404", "absent", 404), ("500", "failed", 500), ("truncated", "failed", None), ("cut", "unreadable", 200),
        ("html", "unreadable", 200), ("429", "refused", 429), ("reset", "failed", None),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_recorded_and_the_last_data_stays(
    make_oracle: MakeOracle, seasons: SeasonReplay, kind: str, outcome: str, status: int | None
) -> None:
    harness = make_oracle(AUTUMN)
    refresh(harness)
    before = finished(harness)
    seasons.travel(date(2018, 11, 12))
    # No second is left to wait for another try: the run goes on with the next file.
    harness.application.function("oracle", "schedule_refresh").environment["AUSPEX_REFRESH_SECONDS"] = "3.5"  # type: ignore[index]
    seasons.arm(E0, kind, times=5, retry_after=120)
    reply = refresh(harness, date(2018, 11, 12))
    assert reply["outcome"] == "succeeded"
    assert (files(harness, E0)[-1]["outcome"], files(harness, E0)[-1]["status"]) == (outcome, status)
    assert finished(harness) == before


def test_after_429_nobody_asks_until_the_source_said_so(make_oracle: MakeOracle, seasons: SeasonReplay) -> None:
    harness = make_oracle(AUTUMN)
    seasons.arm(E0, "429", retry_after=3_600)
    assert refresh(harness)["refused"] >= 2
    assert seasons.server.log.summary()["total"] == 1
    (budget,) = harness.rows(
        "SELECT paused_until > clock_timestamp() + interval '50 minutes' AS paused FROM oracle.source_budgets "
        "WHERE source = 'football-data'"
    )
    assert budget["paused"]


def test_a_name_that_nobody_knows_is_reviewed_and_its_match_left_out(
    make_oracle: MakeOracle, seasons: SeasonReplay
) -> None:
    harness = make_oracle(AUTUMN)
    refresh(harness)
    teams = harness.rows("SELECT count(*) AS n FROM oracle.teams")
    harness.rows("UPDATE oracle.team_aliases SET alias = 'Arsenall' WHERE alias = 'Arsenal'")
    seasons.travel(date(2018, 11, 6))
    seasons.sports.steer("/__revision", {
        "division": "E0", "season": "1819", "home": "Man United", "away": "Leicester", "home_goals": 2, "away_goals": 2,
    })  # fmt: skip
    refresh(harness, date(2018, 11, 6))
    (review,) = harness.rows("SELECT name, nearest FROM oracle.team_reviews")
    assert review["name"] == "Arsenal"
    assert review["nearest"][0] == "Arsenall"
    assert len(review["nearest"]) == 3
    assert harness.rows("SELECT count(*) AS n FROM oracle.teams") == teams
    listed = harness.request("GET", "/v1/oracle/competitions", key=harness.create_key("oracle:read"))
    assert listed.data[0]["names_under_review"] == ["Arsenal"]


def test_without_a_user_agent_no_source_is_asked(make_oracle: MakeOracle, seasons: SeasonReplay) -> None:
    harness = make_oracle(AUTUMN)
    harness.application.function("oracle", "schedule_refresh").environment["AUSPEX_SOURCE_USER_AGENT"] = ""  # type: ignore[index]
    assert refresh(harness)["not_configured"] == 1
    assert seasons.server.log.summary()["total"] == 0


def test_the_odds_source_is_read_by_name_within_its_quota(make_oracle: MakeOracle, seasons: SeasonReplay) -> None:
    harness = make_oracle(AUTUMN, odds_key="local-key")
    assert refresh(harness)["odds_stored"] == 1
    books = harness.rows("SELECT DISTINCT bookmaker FROM oracle.odds WHERE bookmaker IN ('pinnacle', 'bet365')")
    assert len(books) == 2
    assert harness.rows("SELECT 1 FROM oracle.team_reviews") == []
    logged = str(harness.rows("SELECT url, detail FROM oracle.source_files")) + str(harness.log_lines())
    assert "local-key" not in logged
    (quota,) = harness.rows(
        "SELECT requests_remaining, requests_quota FROM oracle.source_budgets WHERE source = 'odds'"
    )
    assert quota == {"requests_remaining": 498, "requests_quota": 500}


def test_at_a_tenth_of_the_quota_the_odds_source_is_left_alone_until_the_month_ends(
    make_oracle: MakeOracle, seasons: SeasonReplay
) -> None:
    harness = make_oracle(AUTUMN, odds_key="local-key")
    seasons.sports.steer("/__odds_quota", {"remaining": 52})
    assert refresh(harness)["odds_stored"] == 1
    asked = seasons.server.log.summary()["total"]
    assert refresh(harness, date(2018, 11, 6))["odds_refused"] == 1
    assert seasons.server.log.summary()["total"] == asked + 2
    assert refresh(harness, date(2018, 12, 1))["odds_stored"] == 1


def test_an_exhausted_quota_lets_the_day_go_on_without_prices(make_oracle: MakeOracle, seasons: SeasonReplay) -> None:
    harness = make_oracle(AUTUMN, odds_key="local-key")
    seasons.sports.steer("/__odds_quota", {"remaining": 0})
    reply = refresh(harness)
    assert reply["outcome"] == "succeeded"
    assert reply["odds_refused"] == 1
