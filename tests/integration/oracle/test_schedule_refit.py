"""The daily refit: parameters of earlier days alone, versions that stay, forecasts archived before kick-off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg.types.json import Jsonb
from tests.factories.oracle_days import run_schedule
from tests.factories.season_files import SeasonReplay
from tests.harness.harness import Harness
from tests.integration.oracle.conftest import MakeOracle

from auspex.oracle.model import ModelFamily
from auspex.oracle.parameter_store import params_for

FRIDAY = date(2018, 11, 9)


def prepared(make_oracle: MakeOracle, day: date = FRIDAY) -> Harness:
    harness = make_oracle(day)
    run_schedule(harness, "refresh", day)
    return harness


def predictions(harness: Harness) -> list[dict[str, Any]]:
    return harness.rows("SELECT * FROM platform.predictions ORDER BY prediction_id")


def test_a_refit_puts_both_models_in_force_and_archives_the_week(make_oracle: MakeOracle) -> None:
    harness = prepared(make_oracle)
    detail = run_schedule(harness, "refit", FRIDAY)
    assert detail["competitions_fitted"] == 1
    versions = harness.rows("SELECT params_version, model, trained_through, status FROM oracle.params ORDER BY model")
    assert [(row["model"], row["status"]) for row in versions] == [("elo", "active"), ("goals", "active")]
    assert all(row["trained_through"] == date(2018, 11, 5) for row in versions)
    assert versions[1]["params_version"].startswith("goals-1.0.0/E0/2018-11-05/")
    made = predictions(harness)
    assert detail["forecasts_archived"] == len(made) == 10 * 4
    for row in made:
        assert row["issued_at"] < row["outcome_due_at"]
        assert sum(row["payload"]["probabilities"].values()) == pytest.approx(1, abs=1e-8)
        assert set(row["payload"]["baselines"]) == {"base_rate", "market"}
    assert {row["target"] for row in made} == {"full_time_result", "full_time_result_ahead"}
    assert {row["payload"]["model"] for row in made} == {"elo", "goals", "market", "goals_with_odds"}


def test_a_second_refit_of_the_day_and_a_day_without_results_fit_nothing(
    make_oracle: MakeOracle, seasons: SeasonReplay
) -> None:
    harness = prepared(make_oracle)
    run_schedule(harness, "refit", FRIDAY)
    stored = harness.rows("SELECT params_version FROM oracle.params")
    made = len(predictions(harness))
    assert run_schedule(harness, "refit", FRIDAY)["outcome"] == "repeat"
    saturday = FRIDAY + timedelta(days=1)
    seasons.travel(saturday)
    run_schedule(harness, "refresh", saturday)
    assert run_schedule(harness, "refit", saturday)["competitions_fitted"] == 0
    assert harness.rows("SELECT params_version FROM oracle.params") == stored
    assert len(predictions(harness)) > made


def test_results_of_the_day_itself_are_never_fitted(make_oracle: MakeOracle) -> None:
    """A planted leak: results of today and tomorrow lie in the table, and the fit says the same as without them."""
    harness = prepared(make_oracle)
    run_schedule(harness, "refit", FRIDAY)
    versions = harness.rows("SELECT params_version FROM oracle.params ORDER BY 1")
    at = {"at": datetime(2018, 11, 9, 7, 1, tzinfo=UTC), "day": FRIDAY}
    harness.rows(
        "UPDATE oracle.matches SET home_goals = 9, away_goals = 0, status = 'finished', updated_at = %(at)s "
        "WHERE match_date >= %(day)s",
        at,
    )
    harness.rows("UPDATE oracle.matches SET updated_at = %(at)s WHERE match_date < %(day)s", at)
    assert run_schedule(harness, "refit", FRIDAY, minutes_late=5)["competitions_fitted"] == 1
    assert harness.rows("SELECT params_version FROM oracle.params ORDER BY 1") == versions
    harness.rows("UPDATE oracle.matches SET away_goals = 7, updated_at = %(at)s WHERE match_date = '2018-11-05'",
                 {"at": datetime(2018, 11, 9, 7, 6, tzinfo=UTC)})  # fmt: skip
    run_schedule(harness, "refit", FRIDAY, minutes_late=10)
    assert len(harness.rows("SELECT 1 FROM oracle.params")) == 4, "a result of an earlier day does change the fit"


def test_parameters_of_tomorrow_serve_no_forecast_of_today(make_oracle: MakeOracle) -> None:
    harness = prepared(make_oracle)
    run_schedule(harness, "refit", FRIDAY)
    with harness.database.connect("auspex_oracle") as connection:
        found = {
            day: params_for(connection, competition="E0", model=ModelFamily.GOALS, as_of=day)
            for day in (date(2018, 11, 5), date(2018, 11, 6))
        }
    assert found[date(2018, 11, 5)] is None
    assert found[date(2018, 11, 6)] is not None


def test_a_version_reads_back_as_it_was_fitted(make_oracle: MakeOracle) -> None:
    harness = prepared(make_oracle)
    run_schedule(harness, "refit", FRIDAY)
    with harness.database.connect("auspex_oracle") as connection:
        goals = params_for(connection, competition="E0", model=ModelFamily.GOALS, as_of=FRIDAY)
        elo = params_for(connection, competition="E0", model=ModelFamily.ELO, as_of=FRIDAY)
    assert goals is not None
    assert goals.goals is not None
    assert elo is not None
    assert elo.elo is not None
    home, away = "england-man-city", "england-fulham"
    payload = next(row["payload"] for row in predictions(harness) if row["model_version"] == "elo-1.0.0")
    ratings = elo.elo.ratings_of(payload["home_id"], payload["away_id"])
    assert ratings.difference != 0
    assert goals.goals.rates(home, away).home > goals.goals.rates(away, home).home
    covariance = goals.goals.factor @ goals.goals.factor.T
    assert np.allclose(covariance, covariance.T)
    assert goals.goals.log_ratio_sd(home, away) > 0.05


def test_a_fit_that_must_not_serve_is_kept_as_failed_and_the_old_version_stays(make_oracle: MakeOracle) -> None:
    harness = prepared(make_oracle)
    run_schedule(harness, "refit", FRIDAY)
    (before,) = harness.rows("SELECT params_version FROM oracle.params WHERE status = 'active' AND model = 'goals'")
    harness.rows(
        "DELETE FROM oracle.odds WHERE match_id IN "
        "(SELECT match_id FROM oracle.matches WHERE match_date < '2018-10-20')"
    )
    harness.rows("DELETE FROM oracle.matches WHERE match_date < '2018-10-20'")
    harness.rows("UPDATE oracle.matches SET updated_at = %(at)s WHERE status = 'finished'",
                 {"at": datetime(2018, 11, 10, 6, 40, tzinfo=UTC)})  # fmt: skip
    detail = run_schedule(harness, "refit", FRIDAY + timedelta(days=1))
    assert detail["goals_fits_failed"] == 1
    (failed,) = harness.rows("SELECT fit FROM oracle.params WHERE status = 'failed'")
    assert failed["fit"]["failure"] == "too-few-matches"
    active = "SELECT params_version FROM oracle.params WHERE status = 'active' AND model = 'goals'"
    assert harness.rows(active) == [before]


def test_closing_prices_never_enter_a_forecast(make_oracle: MakeOracle) -> None:
    """A planted leak: closing prices of matches to come change no forecast; an early price does."""
    harness = prepared(make_oracle)
    plant = (
        "INSERT INTO oracle.odds SELECT match_id, 'Avg', '1x2', %(phase)s, outcome, 1.5 + 4 * (outcome = 'home')::int, "
        "%(at)s FROM oracle.matches CROSS JOIN (VALUES ('home'), ('draw'), ('away')) AS o (outcome) "
        "WHERE status = 'scheduled' ON CONFLICT (match_id, bookmaker, market, phase, outcome) DO UPDATE "
        "SET decimal_odds = excluded.decimal_odds"
    )
    run_schedule(harness, "refit", FRIDAY)
    for minutes, phase in ((1, "closing"), (2, "early")):
        harness.rows(plant, {"phase": phase, "at": datetime(2018, 11, 9, 6, tzinfo=UTC)})
        run_schedule(harness, "refit", FRIDAY, minutes_late=minutes)
    said: dict[datetime, dict[tuple[str, str], Any]] = {}
    for row in predictions(harness):
        said.setdefault(row["issued_at"], {})[row["subject"], row["model_version"]] = row["payload"]
    first, after_closing, after_early = (said[at] for at in sorted(said))
    assert first == after_closing
    assert first != after_early


def test_a_forecast_is_archived_once_for_an_instant_and_never_after_kick_off(make_oracle: MakeOracle) -> None:
    harness = prepared(make_oracle)
    run_schedule(harness, "refit", FRIDAY)
    (first, *_) = predictions(harness)
    with pytest.raises(psycopg.Error):
        harness.rows(
            "SELECT * FROM platform.archive_predictions('oracle', %(rows)s::jsonb, %(at)s)",
            {
                "at": first["outcome_due_at"],
                "rows": Jsonb([{
                    "position": 0, "prediction_id": "pred_01K00000000000000000000000", "subject": first["subject"],
                    "target": first["target"], "issued_at": first["outcome_due_at"].isoformat(),
                    "outcome_due_at": first["outcome_due_at"].isoformat(), "payload": first["payload"],
                    "model_version": "elo-1.0.0", "origin": "live", "issuer": "schedule", "account_id": None,
                }]),
            },
        )  # fmt: skip
