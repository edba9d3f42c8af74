"""Answers from fitted parameters: names, versions, look-ahead, and the scorebook of the caller's own forecasts."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import Database
from tests.harness.events import Response
from tests.harness.harness import START, Harness
from tests.integration.oracle.leagues import League, identifier, store_league

from auspex.oracle.engine.calibrate import Layer
from auspex.platform.scorebook.archive import record_outcomes
from auspex.platform.scorebook.model import Outcome

ROUTE = "/v1/oracle/simulations"
TODAY = START.date()
FIXTURE: dict[str, Any] = {
    "model": "goals", "competition": "E0", "home": {"name": "Ashford"}, "away": {"name": "Fenwood"},
    "kickoff": "2024-11-09T15:00:00Z", "depth": "full_distribution",
}  # fmt: skip


@pytest.fixture
def league(database: Database) -> League:
    return store_league(database, day=TODAY, layer=Layer(tau=1.05, thresholds=(80.0, 90.0), matches=900))


@pytest.fixture
def key(harness: Harness) -> str:
    return harness.create_key("oracle:write")


def post(harness: Harness, key: str, **changes: Any) -> Response:
    return harness.request("POST", ROUTE, key=key, json=FIXTURE | changes)


class TestAnswers:
    @pytest.mark.parametrize("model", ["elo", "goals"])
    def test_come_from_the_version_in_force_and_name_it(
        self, harness: Harness, league: League, key: str, model: str
    ) -> None:
        reply = post(harness, key, model=model)
        assert reply.status == 200, reply.body
        shown = reply.data
        assert shown["run"]["params_version"] == league.versions[model]
        assert shown["probabilities"]["home"] > 0.5
        assert shown["probability_intervals"]["home"]["low"] < shown["probabilities"]["home"]
        assert shown["data_quality"]["score"] > 80
        assert shown["risk"]["thresholds"] == {"medium": 80, "high": 90}
        assert shown["fixture"]["home_id"] == identifier("Ashford")
        own, total = shown["factors"], shown["factors"]["total"]["log_odds"]
        assert math.isclose(
            own["base"]["log_odds"] + math.fsum(item["log_odds"] for item in own["items"]), total, abs_tol=1e-9
        )
        names = [item["name"] for item in own["items"]]
        assert names[-1] == ("calibration" if model == "goals" else "away_rating")

    def test_by_team_id_and_by_name_are_one_fixture(self, harness: Harness, league: League, key: str) -> None:
        by_name = post(harness, key).data
        ids = {"home": {"name": "Ashford", "team_id": identifier("Ashford")}, "away": {"name": "fenwood"}}
        by_id = post(harness, key, **ids).data
        assert by_id["probabilities"] == by_name["probabilities"]

    def test_on_neutral_ground_lack_the_home_advantage(self, harness: Harness, league: League, key: str) -> None:
        home, neutral = (post(harness, key, neutral=neutral).data for neutral in (False, True))
        assert neutral["probabilities"]["home"] < home["probabilities"]["home"] - 0.02

    def test_old_results_are_stale_and_said_so(self, harness: Harness, league: League, key: str) -> None:
        harness.pass_time(12 * 86_400)
        shown = post(harness, key, kickoff="2024-11-23T15:00:00Z").data
        assert shown["data_quality"]["stale"] is True
        assert shown["explanation"]["caveats"][0]["code"] == "stale_data"


class TestRefusals:
    def test_an_unknown_team_is_answered_with_the_three_most_like_it(
        self, harness: Harness, league: League, key: str
    ) -> None:
        reply = post(harness, key, away={"name": "Fenwod"})
        assert (reply.status, reply.json()["code"]) == (404, "team-unknown")
        assert reply.json()["nearest"][0] == "Fenwood"
        assert len(reply.json()["nearest"]) == 3
        assert reply.json()["errors"][0]["pointer"] == "/away/name"

    def test_an_unknown_competition_too(self, harness: Harness, league: League, key: str) -> None:
        reply = post(harness, key, competition="E9")
        assert (reply.status, reply.json()["code"]) == (404, "team-unknown")
        assert reply.json()["errors"][0]["pointer"] == "/competition"

    def test_one_team_under_two_names_cannot_play_itself(self, harness: Harness, league: League, key: str) -> None:
        reply = post(harness, key, away={"name": "Other", "team_id": identifier("Ashford")})
        assert (reply.status, reply.json()["code"]) == (422, "same-team")

    def test_nothing_in_force_before_the_day_is_a_conflict(self, harness: Harness, league: League, key: str) -> None:
        reply = post(harness, key, kickoff="2024-11-01T15:00:00Z")
        assert (reply.status, reply.json()["code"]) == (409, "no-parameters")
        assert post(harness, key, as_of=(TODAY - timedelta(days=1)).isoformat()).status == 409


class TestLookAhead:
    @pytest.mark.parametrize("later", [0, 1, 3])
    def test_a_version_that_knows_the_day_or_later_is_never_used(
        self, harness: Harness, league: League, key: str, later: int
    ) -> None:
        """Parameters trained through today, tomorrow, the day before kick-off: none may serve a forecast of today."""
        plant(harness, league, trained_through=TODAY + timedelta(days=later))
        assert post(harness, key).data["run"]["params_version"] == league.versions["goals"]

    def test_the_version_of_the_eve_is_used_when_the_eve_has_passed(
        self, harness: Harness, league: League, key: str
    ) -> None:
        planted = plant(harness, league, trained_through=TODAY + timedelta(days=1))
        harness.pass_time(2 * 86_400)
        assert post(harness, key).data["run"]["params_version"] == planted

    def test_as_of_after_today_or_after_the_match_is_refused(self, harness: Harness, league: League, key: str) -> None:
        for changes in (
            {"as_of": "2024-11-05"},
            {"kickoff": "2024-11-02T15:00:00Z", "as_of": "2024-11-03"},
        ):
            reply = post(harness, key, **changes)
            assert (reply.status, reply.json()["code"]) == (422, "look-ahead")


def plant(harness: Harness, league: League, *, trained_through: date) -> str:
    """Put a copy of the goals version in force that claims to know results through a day."""
    planted = f"goals-1.0.0/E0/{trained_through}/planted0"
    known = league.versions["goals"]
    values = {"known": known, "planted": planted, "day": trained_through}
    harness.rows("UPDATE oracle.params SET status = 'superseded' WHERE params_version = %(known)s", values)
    harness.rows(
        "INSERT INTO oracle.params SELECT %(planted)s, competition, model, %(day)s, hyper, fit, thresholds, 'active', "
        "created_at, sha256 FROM oracle.params WHERE params_version = %(known)s", values,
    )  # fmt: skip
    harness.rows(
        "INSERT INTO oracle.team_params SELECT %(planted)s, team_id, elo, elo_sd, attack, defence, attack_sd, "
        "defence_sd, matches FROM oracle.team_params WHERE params_version = %(known)s", values,
    )  # fmt: skip
    harness.rows(
        "INSERT INTO oracle.posteriors SELECT %(planted)s, dim, factor FROM oracle.posteriors "
        "WHERE params_version = %(known)s", values,
    )  # fmt: skip
    return planted


class TestScorebook:
    KICKOFF = datetime(2024, 11, 9, 15, tzinfo=UTC)

    def test_a_forecast_of_a_known_match_is_archived_for_its_owner_and_scored(
        self, harness: Harness, league: League, key: str
    ) -> None:
        match_id = league.add_match("Ashford", "Fenwood", self.KICKOFF)
        made = post(harness, key).data
        (row,) = harness.rows("SELECT subject, issuer, origin, outcome_due_at, account_id FROM platform.predictions")
        assert (row["subject"], row["issuer"], row["origin"]) == (f"oracle:{match_id}", "account", "live")
        assert row["outcome_due_at"] == self.KICKOFF
        assert made["score"] is None
        harness.pass_time(6 * 86_400)
        self.finish(harness, league, match_id, home_goals=2, away_goals=0)
        shown = harness.request("GET", f"{ROUTE}/{made['id']}", key=key).data
        assert shown["score"]["outcome"] == {"home_goals": 2, "away_goals": 0}
        p = made["probabilities"]
        expected = ((p["home"] - 1) ** 2 + (p["home"] + p["draw"] - 1) ** 2) / 2
        assert math.isclose(shown["score"]["scores"]["rps"], expected, abs_tol=1e-9)
        assert shown["result_sha256"] == made["result_sha256"]

    def test_what_has_kicked_off_is_a_backtest_whatever_the_request_says(
        self, harness: Harness, league: League, key: str
    ) -> None:
        league.add_match("Ashford", "Fenwood", START - timedelta(minutes=1))
        shown = post(harness, key, kickoff="2024-11-04T20:00:00Z").data
        assert shown["origin"] == "backtest"
        assert harness.rows("SELECT count(*) AS n FROM platform.predictions")[0]["n"] == 0

    def test_a_match_nobody_knows_is_not_archived(self, harness: Harness, league: League, key: str) -> None:
        assert post(harness, key).data["origin"] == "live"
        assert harness.rows("SELECT count(*) AS n FROM platform.predictions")[0]["n"] == 0

    def finish(self, harness: Harness, league: League, match_id: str, *, home_goals: int, away_goals: int) -> None:
        """Tell the scorebook how a match ended, and let it score."""
        outcome = Outcome(
            subject=f"oracle:{match_id}", target="full_time_result", occurred_at=self.KICKOFF,
            value={"home_goals": home_goals, "away_goals": away_goals},
        )  # fmt: skip
        with league.database.connect("auspex_oracle") as connection, connection.transaction():
            record_outcomes(connection, product="oracle", outcomes=[outcome], at=harness.clock.now())
        harness.fire("schedule_score")
