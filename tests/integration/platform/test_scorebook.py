"""The scorebook: archived when issued, scored when known, never edited; and what the public reads of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.harness.harness import Harness
from tests.harness.toy.scoring import RULE

from auspex.core.database import Connection, exchange_connection
from auspex.core.limits import BOOTSTRAP_DAYS_MIN, SCOREBOOK_MODELS_MAX, SCOREBOOK_PREDICTIONS_MIN
from auspex.platform.scorebook.archive import (
    PredictionChanged,
    PredictionTooLate,
    archive_predictions,
    list_predictions,
    record_outcomes,
)
from auspex.platform.scorebook.model import Outcome, Prediction, ScoreCard
from auspex.platform.scorebook.score_due import queue_rescoring, score_due

DAY = timedelta(days=1)
ROUTE = "/v1/scorebook/toy"


@pytest.fixture
def connection(toy: Harness) -> Iterator[Connection]:
    """A product's own login, as its schedules have it."""
    with toy.database.connect("auspex_filings") as opened:
        yield opened


def issue(
    toy: Harness, connection: Connection, subject: str = "oslo", chance: float = 0.8, **changes: Any
) -> Prediction:
    """Archive one live prediction of a schedule, due in a day."""
    now = toy.clock.now()
    prediction = replace(
        Prediction(
            subject=subject, target="rain", issued_at=now, outcome_due_at=now + DAY, payload={"chance": chance},
            model_version="m1",
        ),
        **changes,
    )  # fmt: skip
    with connection.transaction():
        archive_predictions(connection, product="toy", predictions=[prediction], at=now)
    return prediction


def tell(
    toy: Harness, connection: Connection, subject: str = "oslo", *, rain: bool | None, at: datetime | None = None
) -> None:
    now = toy.clock.now()
    outcome = Outcome(subject=subject, target="rain", occurred_at=at or now, value={"rain": rain}, source="gauge")
    with connection.transaction():
        record_outcomes(connection, product="toy", outcomes=[outcome], at=now)


def score(toy: Harness) -> dict[str, Any]:
    toy.clock.advance(timedelta(seconds=1))  # one run per firing
    reply = toy.fire("schedule_score")
    assert reply["outcome"] == "succeeded"
    return {name: reply[name] for name in ("scored", "void", "failed")}


def read(toy: Harness, query: str = "") -> Any:
    reply = toy.request("GET", ROUTE + query)
    assert reply.status == 200, reply.body
    return reply.data


def history(toy: Harness, connection: Connection, days: int, *, version: str = "m1", rival: bool = False) -> None:
    """Issue a prediction a day, and know each outcome a day later: it rains every fourth day."""
    for number in range(days):
        subject = f"{version}-{number}"
        payload = {"chance": 0.6 if number % 4 == 0 else 0.2} | ({"rival": 0.25} if rival and number % 2 else {})
        issue(toy, connection, subject, payload=payload, model_version=version)
        toy.clock.advance(DAY + timedelta(seconds=1))
        tell(toy, connection, subject, rain=number % 4 == 0)
    score(toy)


def blocks(toy: Harness) -> list[dict[str, Any]]:
    rows = toy.rows("SELECT * FROM platform.score_blocks WHERE n <> 0 OR total <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8")
    return rows + toy.rows("SELECT * FROM platform.score_bins WHERE n <> 0 ORDER BY 1, 2, 3, 4, 5, 6")


class TestArchive:
    def test_a_repeated_prediction_is_one_row(self, toy: Harness, connection: Connection) -> None:
        prediction = issue(toy, connection)
        at = toy.clock.now()
        again = archive_predictions(connection, product="toy", predictions=[prediction, prediction], at=at)
        assert [row.created for row in again] == [False, False]
        (row,) = toy.rows("SELECT prediction_id FROM platform.predictions")
        assert {found.prediction_id for found in again} == {row["prediction_id"]}

    def test_a_prediction_is_not_changed_afterwards(self, toy: Harness, connection: Connection) -> None:
        issue(toy, connection, chance=0.8)
        with pytest.raises(PredictionChanged):
            issue(toy, connection, chance=0.9)
        assert toy.rows("SELECT payload FROM platform.predictions") == [{"payload": {"chance": 0.8}}]

    @pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=1)])
    def test_an_issue_time_at_or_after_the_outcomes_is_refused(
        self, toy: Harness, connection: Connection, late: timedelta
    ) -> None:
        now = toy.clock.now()
        with pytest.raises(PredictionTooLate):
            issue(toy, connection, origin="backtest", issued_at=now + late, outcome_due_at=now)
        assert toy.rows("SELECT 1 FROM platform.predictions") == []

    def test_a_live_prediction_cannot_be_archived_once_the_outcome_was_due(
        self, toy: Harness, connection: Connection
    ) -> None:
        now = toy.clock.now()
        early: Any = {"issued_at": now - 2 * DAY, "outcome_due_at": now - DAY}
        with pytest.raises(PredictionTooLate):
            issue(toy, connection, **early)
        issue(toy, connection, **early, origin="backtest")

    def test_an_outcome_that_is_known_early_ends_the_predicting(self, toy: Harness, connection: Connection) -> None:
        tell(toy, connection, rain=True)
        with pytest.raises(PredictionTooLate):
            issue(toy, connection)
        with pytest.raises(PredictionTooLate):
            issue(toy, connection, origin="backtest")

    def test_a_prediction_issued_after_its_outcome_occurred_is_never_scored(
        self, toy: Harness, connection: Connection
    ) -> None:
        issue(toy, connection)
        tell(toy, connection, rain=True, at=toy.clock.now() - timedelta(seconds=1))
        assert score(toy)["scored"] == 0
        with pytest.raises(psycopg.errors.CheckViolation), toy.database.connect(None) as superuser:
            superuser.execute(
                "INSERT INTO platform.scores (prediction_id, outcome_id, rule_version, void, scores, indicators, "
                "baselines, reliability, scored_at) SELECT prediction_id, outcome_id, '1', false, '{}', '{}', '{}', "
                "'[]', now() FROM platform.predictions, platform.outcomes"
            )

    @pytest.mark.parametrize(
        ("table", "column"), [("predictions", "payload"), ("outcomes", "value"), ("scores", "scores")]
    )
    def test_nobody_edits_it(self, toy: Harness, connection: Connection, table: str, column: str) -> None:
        issue(toy, connection)
        statements = [
            f"UPDATE platform.{table} SET {column} = '{{}}'",
            f"DELETE FROM platform.{table}",
            f"TRUNCATE platform.{table}",
        ]
        for role in ("auspex_platform", "auspex_filings", "auspex_owner", "postgres"):
            for statement in statements:
                with toy.database.connect(None) as superuser:
                    superuser.execute(f"SET ROLE {role}".encode())
                    with pytest.raises(psycopg.Error) as refused:
                        superuser.execute(statement.encode())
                    assert refused.value.sqlstate in {"42501", "AX409"}


class TestScoring:
    def test_scores_baselines_indicators_and_pairs_are_kept_once(self, toy: Harness, connection: Connection) -> None:
        issue(toy, connection, chance=0.8)
        toy.clock.advance(DAY)
        tell(toy, connection, rain=True)
        assert score(toy) == {"scored": 1, "void": 0, "failed": 0}
        (row,) = toy.rows("SELECT scores, baselines, indicators, reliability FROM platform.scores")
        assert row["scores"]["brier"] == pytest.approx(0.04)
        assert row["baselines"]["climate"]["brier"] == pytest.approx(0.49)
        assert (row["indicators"], row["reliability"]) == ({"said_rain": 1.0}, [[0.8, 1]])
        assert score(toy) == {"scored": 0, "void": 0, "failed": 0}

    def test_a_corrected_outcome_appends_a_score_that_holds_from_then_on(
        self, toy: Harness, connection: Connection
    ) -> None:
        history(toy, connection, SCOREBOOK_PREDICTIONS_MIN)
        before = read(toy)["models"][0]
        tell(toy, connection, "m1-1", rain=True)
        assert score(toy)["scored"] == 1
        after = read(toy)["models"][0]
        rows = toy.rows("SELECT count(*) AS n, count(DISTINCT prediction_id) AS of FROM platform.scores")
        assert rows == [{"n": SCOREBOOK_PREDICTIONS_MIN + 1, "of": SCOREBOOK_PREDICTIONS_MIN}]
        assert (before["n"], after["n"]) == (SCOREBOOK_PREDICTIONS_MIN,) * 2
        change = (0.64 - 0.04) / SCOREBOOK_PREDICTIONS_MIN
        assert after["scores"]["brier"]["value"] - before["scores"]["brier"]["value"] == pytest.approx(change)

    def test_an_outcome_said_again_changes_nothing(self, toy: Harness, connection: Connection) -> None:
        issue(toy, connection)
        toy.clock.advance(DAY)
        occurred_at = toy.clock.now()
        tell(toy, connection, rain=True)
        score(toy)
        toy.clock.advance(timedelta(hours=1))
        tell(toy, connection, rain=True, at=occurred_at)
        assert score(toy)["scored"] == 0
        assert toy.rows("SELECT revision FROM platform.outcomes") == [{"revision": 1}]

    def test_a_backtest_of_what_is_known_is_scored_apart(self, toy: Harness, connection: Connection) -> None:
        toy.clock.advance(DAY)
        now = toy.clock.now()
        tell(toy, connection, rain=True)
        score(toy)
        issue(toy, connection, origin="backtest", issued_at=now - DAY, outcome_due_at=now)
        assert score(toy)["scored"] == 1
        assert {row["origin"] for row in blocks(toy)} == {"backtest"}
        assert toy.request("GET", ROUTE).status == 404

    def test_a_day_without_a_reading_counts_nothing_until_it_has_one(
        self, toy: Harness, connection: Connection
    ) -> None:
        history(toy, connection, SCOREBOOK_PREDICTIONS_MIN)
        tell(toy, connection, "m1-1", rain=None)
        assert score(toy) == {"scored": 0, "void": 1, "failed": 0}
        shown = read(toy)["models"][0]
        assert (shown["n"], shown["void"]) == (SCOREBOOK_PREDICTIONS_MIN - 1, 1)
        toy.clock.advance(timedelta(seconds=1))
        tell(toy, connection, "m1-1", rain=False)
        score(toy)
        shown = read(toy)["models"][0]
        assert (shown["n"], shown["void"]) == (SCOREBOOK_PREDICTIONS_MIN, 0)

    def test_a_prediction_that_breaks_the_rule_keeps_no_other_from_its_score(
        self, toy: Harness, connection: Connection
    ) -> None:
        issue(toy, connection, "broken", payload={})
        issue(toy, connection, "sound")
        toy.clock.advance(DAY)
        tell(toy, connection, "broken", rain=True)
        tell(toy, connection, "sound", rain=True)
        assert score(toy) == {"scored": 1, "void": 0, "failed": 1}
        toy.clock.advance(timedelta(minutes=30))
        assert score(toy)["failed"] == 0
        toy.clock.advance(timedelta(minutes=31))
        assert score(toy)["failed"] == 1
        assert toy.metric("ScoringFailures", service="auspex", product="toy") == 2

    def test_a_new_rule_scores_everything_anew_and_the_old_scores_stay(
        self, toy: Harness, connection: Connection
    ) -> None:
        history(toy, connection, SCOREBOOK_PREDICTIONS_MIN)
        before = read(toy)["models"][0]["scores"]
        with connection.transaction():
            assert queue_rescoring(connection, product="toy") == SCOREBOOK_PREDICTIONS_MIN
        assert score(toy)["scored"] == 0  # this version has scored them
        with connection.transaction():
            queue_rescoring(connection, product="toy")
        rule = replace(RULE, version="2", score=lambda *_: ScoreCard(scores={"brier": 1.0}))
        outside = exchange_connection(connection)
        try:
            assert score_due(rule, toy.clock.now())["scored"] == SCOREBOOK_PREDICTIONS_MIN
        finally:
            exchange_connection(outside)
        after = read(toy)["models"][0]["scores"]
        assert set(before) == {"brier", "log_loss"}
        assert {name: found["value"] for name, found in after.items()} == {"brier": 1.0}
        assert len(toy.rows("SELECT 1 FROM platform.scores")) == 2 * SCOREBOOK_PREDICTIONS_MIN

    @pytest.mark.parametrize("passing", [1, 2])
    def test_a_run_that_dies_scores_nothing_twice(self, toy: Harness, connection: Connection, passing: int) -> None:
        for subject in ("oslo", "bergen"):
            issue(toy, connection, subject)
        toy.clock.advance(DAY)
        for subject in ("oslo", "bergen"):
            tell(toy, connection, subject, rain=True)
        with toy.crash_at("scorebook.uncommitted", passing=passing) as crash:
            toy.fire("schedule_score")
        assert crash.fired
        score(toy)
        rows = toy.rows("SELECT prediction_id FROM platform.scores")
        assert len(rows) == len({row["prediction_id"] for row in rows}) == 2
        (scored,) = [row for row in blocks(toy) if row.get("metric") == "scored"]
        assert scored["n"] == 2

    def test_a_prediction_and_its_outcome_never_pass_each_other_unseen(
        self, toy: Harness, connection: Connection
    ) -> None:
        """A backtest that commits after its outcome was recorded would otherwise wait for its score for ever."""
        now = toy.clock.now()
        toy.clock.advance(DAY)
        prediction = Prediction("oslo", "rain", now, now + DAY, {"chance": 0.8}, "m1", origin="backtest")
        with toy.database.connect("auspex_filings") as other:
            telling = threading.Thread(target=tell, args=(toy, other), kwargs={"rain": True})
            with connection.transaction():
                archive_predictions(connection, product="toy", predictions=[prediction], at=toy.clock.now())
                telling.start()
                waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                while not toy.rows(waits):
                    assert telling.is_alive()
            telling.join(10)
        assert score(toy)["scored"] == 1

    def test_two_runs_at_the_same_time_score_once(self, toy: Harness, connection: Connection) -> None:
        for number in range(8):
            issue(toy, connection, f"s{number}")
        toy.clock.advance(DAY)
        for number in range(8):
            tell(toy, connection, f"s{number}", rain=True)
        meeting = threading.Barrier(2)

        def first_run() -> None:
            with toy.database.connect("auspex_filings") as other, other.transaction():
                claimed = other.execute("SELECT platform.claim_outcomes('toy', %s, 3)", [toy.clock.now()]).fetchall()
                assert len(claimed) == 3
                meeting.wait(10)
                meeting.wait(10)

        running = threading.Thread(target=first_run)
        running.start()
        meeting.wait(10)
        outside = exchange_connection(connection)
        try:
            assert score_due(RULE, toy.clock.now())["scored"] == 5
            meeting.wait(10)
            running.join(10)
            assert score_due(RULE, toy.clock.now())["scored"] == 3
        finally:
            exchange_connection(outside)
        assert len(toy.rows("SELECT DISTINCT prediction_id FROM platform.scores")) == 8

    def test_the_blocks_are_what_is_archived(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, 6, rival=True)
        tell(toy, connection, "m1-1", rain=True)
        tell(toy, connection, "m1-2", rain=None)
        score(toy)
        kept = blocks(toy)
        assert len(kept) > 30
        with toy.database.connect("auspex_platform") as platform:
            platform.execute("SELECT platform.rebuild_score_blocks('toy')")
        assert blocks(toy) == kept


class TestPublicFigures:
    def test_are_read_by_anybody(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, 24, rival=True)
        data = read(toy)
        (model,) = data["models"]
        assert (data["n"], data["origin"], data["issuer"]) == (24, "live", "schedule")
        assert (model["target"], model["model_version"], model["n"], model["days"]) == ("rain", "m1", 24, 24)
        brier = model["scores"]["brier"]
        assert brier["value"] == pytest.approx((6 * 0.16 + 18 * 0.04) / 24)
        assert brier["low"] < brier["value"] < brier["high"]
        assert model["indicators"]["said_rain"]["value"] == pytest.approx(0.25)
        skills = {skill["baseline"]: skill for skill in model["skills"]}
        climate = (6 * 0.49 + 18 * 0.09) / 24
        assert skills["climate"]["baseline_score"] == pytest.approx(climate)
        assert skills["climate"]["skill"]["value"] == pytest.approx(1 - brier["value"] / climate)
        assert model["reliability"]["bins"] == [
            {"low": 0.2, "high": 0.3, "n": 18, "mean_forecast": 0.2, "observed": 0.0, "observed_low": pytest.approx(0),
             "observed_high": pytest.approx(0.1759, abs=1e-4)},
            {"low": 0.6, "high": 0.7, "n": 6, "mean_forecast": 0.6, "observed": 1.0,
             "observed_low": pytest.approx(0.6097, abs=1e-4), "observed_high": 1.0},
        ]  # fmt: skip
        assert model["reliability"]["ece"] == pytest.approx(0.75 * 0.2 + 0.25 * 0.4)

    def test_compare_with_a_baseline_on_the_same_predictions(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, 24, rival=True)
        (rival,) = [skill for skill in read(toy)["models"][0]["skills"] if skill["baseline"] == "rival"]
        assert (rival["n"], rival["score"]) == (12, pytest.approx(0.04))
        assert rival["baseline_score"] == pytest.approx(0.0625)
        assert rival["skill"]["value"] == pytest.approx(1 - 0.04 / 0.0625)

    def test_hold_nothing_that_an_account_asked_for(self, toy: Harness, connection: Connection) -> None:
        toy.create_key("toy")
        (account,) = toy.rows("SELECT account_id FROM platform.accounts")
        issue(toy, connection, account_id=account["account_id"], chance=1.0)
        toy.clock.advance(DAY)
        tell(toy, connection, rain=True)
        assert score(toy)["scored"] == 1
        assert blocks(toy) == []
        assert toy.request("GET", ROUTE).status == 404

    def test_an_accounts_own_predictions_are_scored_for_its_owner(self, toy: Harness, connection: Connection) -> None:
        keys = [toy.create_key("toy"), toy.create_key("toy")]
        mine, other = [row["account_id"] for row in toy.rows("SELECT account_id FROM platform.accounts")]
        assert len(keys) == 2
        for number in range(3):
            issue(toy, connection, f"s{number}", account_id=mine)
        issue(toy, connection, "s0", account_id=other)
        toy.clock.advance(DAY)
        tell(toy, connection, "s0", rain=True)
        score(toy)
        page = list_predictions(connection, account_id=mine, product="toy", limit=5, cursor=None)
        assert [row["prediction"]["subject"] for row in page.rows] == ["s2", "s1", "s0"]
        assert [row["score"] is not None for row in page.rows] == [False, False, True]
        assert page.rows[-1]["outcome"]["value"] == {"rain": True}

    def test_of_few_predictions_are_withheld(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, SCOREBOOK_PREDICTIONS_MIN - 1)
        (model,) = read(toy)["models"]
        assert (model["n"], model["insufficient"]) == (SCOREBOOK_PREDICTIONS_MIN - 1, True)
        assert (model["scores"], model["skills"], model["reliability"]) == ({}, [], None)

    def test_of_few_days_have_no_interval(self, toy: Harness, connection: Connection) -> None:
        for number in range(SCOREBOOK_PREDICTIONS_MIN):
            issue(toy, connection, f"s{number}")
        toy.clock.advance(DAY)
        for number in range(SCOREBOOK_PREDICTIONS_MIN):
            tell(toy, connection, f"s{number}", rain=True)
        score(toy)
        (model,) = read(toy)["models"]
        assert model["days"] < BOOTSTRAP_DAYS_MIN
        assert model["scores"]["brier"] == {"value": pytest.approx(0.04), "low": None, "high": None}

    def test_tell_of_predictions_whose_outcome_nobody_reported(self, toy: Harness, connection: Connection) -> None:
        issue(toy, connection, "forgotten")
        issue(toy, connection, "yet to come", outcome_due_at=toy.clock.now() + 30 * DAY)
        toy.clock.advance(3 * DAY)
        (model,) = read(toy)["models"]
        assert (model["archived"], model["n"], model["unscored"]) == (1, 0, 1)

    def test_are_filtered_by_version_target_and_window(self, toy: Harness, connection: Connection) -> None:
        history(toy, connection, 22, version="old")
        history(toy, connection, 22, version="new")
        assert [model["model_version"] for model in read(toy)["models"]] == ["new", "old"]
        assert [model["model_version"] for model in read(toy, "?model_version=old")["models"]] == ["old"]
        assert [model["n"] for model in read(toy, "?window_days=10")["models"]] == [11]
        assert read(toy, "?target=snow")["models"] == []
        assert read(toy, "?target=rain")["n"] == 44

    def test_show_the_newest_models_and_say_when_there_are_more(self, toy: Harness, connection: Connection) -> None:
        for number in range(SCOREBOOK_MODELS_MAX + 1):
            due = toy.clock.now() + timedelta(days=1, hours=number)
            issue(toy, connection, model_version=f"m{number:02d}", outcome_due_at=due)
        toy.clock.advance(5 * DAY)
        data = read(toy)
        assert (len(data["models"]), data["truncated"]) == (SCOREBOOK_MODELS_MAX, True)
        assert "m00" not in {model["model_version"] for model in data["models"][:1]}

    def test_of_a_product_that_has_none_yet_are_empty_and_of_no_product_nothing(self, toy: Harness) -> None:
        assert toy.request("GET", "/v1/scorebook/filings").data["models"] == []
        refused = toy.request("GET", "/v1/scorebook/astrology")
        assert (refused.status, refused.json()["code"]) == (404, "not-found")

    @pytest.mark.parametrize("query", ["?window_days=0", "?window_days=9999", "?origin=backtest"])
    def test_refuse_what_they_do_not_offer(self, toy: Harness, query: str) -> None:
        assert toy.request("GET", ROUTE + query).status in {400, 422}
