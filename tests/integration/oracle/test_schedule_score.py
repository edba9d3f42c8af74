"""The daily scoring: results reach the scorebook, corrections score anew, calibration is what the scorebook says."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from tests.factories.oracle_days import live_through, run_schedule
from tests.factories.season_files import SeasonReplay
from tests.harness.harness import Harness
from tests.integration.oracle.conftest import MakeOracle

FRIDAY = date(2018, 11, 9)
TUESDAY = date(2018, 11, 13)


@pytest.fixture
def lived(make_oracle: MakeOracle, seasons: SeasonReplay) -> Harness:
    """Three mornings around a match-day of ten matches."""
    harness = make_oracle(FRIDAY)
    live_through(harness, seasons, FRIDAY, 3)
    seasons.travel(TUESDAY)
    run_schedule(harness, "refresh", TUESDAY)
    run_schedule(harness, "score", TUESDAY)
    return harness


def test_results_are_recorded_and_every_forecast_before_them_is_scored(lived: Harness) -> None:
    scored = lived.rows(
        "SELECT p.payload, o.value, s.scores, s.baselines FROM platform.scores AS s JOIN platform.predictions AS p "
        "USING (prediction_id) JOIN platform.outcomes AS o USING (outcome_id) WHERE p.target = 'full_time_result'"
    )
    assert len(scored) == 10 * 4
    for row in scored:
        said, value = row["payload"]["probabilities"], row["value"]
        happened = "home" if value["home_goals"] > value["away_goals"] else "away"
        happened = "draw" if value["home_goals"] == value["away_goals"] else happened
        assert row["scores"]["log_loss"] == pytest.approx(-math.log(said[happened]), abs=1e-9)
        assert set(row["baselines"]) == {"base_rate", "market"}


def test_a_corrected_result_is_scored_again_and_both_scores_stay(lived: Harness, seasons: SeasonReplay) -> None:
    seasons.sports.steer("/__revision", {
        "division": "E0", "season": "1819", "home": "Cardiff", "away": "Brighton", "home_goals": 0, "away_goals": 4,
    })  # fmt: skip
    wednesday = TUESDAY + timedelta(days=1)
    run_schedule(lived, "refresh", wednesday)
    assert run_schedule(lived, "score", wednesday)["outcomes_recorded"] == 2
    revisions = lived.rows(
        "SELECT revision, value FROM platform.outcomes WHERE subject = 'oracle:E0-1819-cardiff-brighton' "
        "AND target = 'full_time_result' ORDER BY revision"
    )
    assert [row["revision"] for row in revisions] == [1, 2]
    scores = lived.rows(
        "SELECT count(*) AS n FROM platform.scores AS s JOIN platform.predictions AS p USING (prediction_id) "
        "WHERE p.subject = 'oracle:E0-1819-cardiff-brighton' AND p.target = 'full_time_result' "
        "AND p.model_version = 'elo-1.0.0'"
    )
    assert scores[0]["n"] == 2


def test_few_scored_matches_show_no_figures(lived: Harness) -> None:
    rows = lived.rows(
        "SELECT * FROM oracle.calibration WHERE competition = 'E0' AND season = '2018/19' AND model = 'goals'"
    )
    assert [(row["n"], row["metrics"], row["bins"]) for row in rows] == [(10, None, None)]


def test_scoring_again_changes_nothing(lived: Harness) -> None:
    before = lived.rows("SELECT * FROM oracle.calibration ORDER BY 1, 2, 3, 4, 5")
    scores = lived.rows("SELECT count(*) AS n FROM platform.scores")
    again = run_schedule(lived, "score", TUESDAY + timedelta(days=1))
    assert again["outcomes_recorded"] == again["scored"] == 0
    assert lived.rows("SELECT count(*) AS n FROM platform.scores") == scores
    assert lived.rows("SELECT * FROM oracle.calibration ORDER BY 1, 2, 3, 4, 5") == before
