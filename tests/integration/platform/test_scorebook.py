"""The scorebook: archived when issued, scored when known, never edited."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from tests.harness.harness import Harness
from tests.harness.toy.scoring import RULE
from tests.integration.platform.predictions import DAY, ROUTE, blocks, history, issue, read, score, tell

from auspex.core.database import Connection, exchange_connection
from auspex.core.limits import SCOREBOOK_PREDICTIONS_MIN
from auspex.platform.scorebook.archive import PredictionChanged, PredictionTooLate, archive_predictions
from auspex.platform.scorebook.model import Prediction, ScoreCard
from auspex.platform.scorebook.score_due import queue_rescoring, score_due


@pytest.fixture
def connection(toy: Harness) -> Iterator[Connection]:
    """A product's own login, as its schedules have it."""
    with toy.database.connect("auspex_filings") as opened:
        yield opened


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
        assert toy.metric("ScoringFailures", service="auspex") == 2

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
