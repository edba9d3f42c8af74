"""Replaying the past on a deployment: with stage local alone, and never unnoticed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.factories.oracle_days import run_schedule
from tests.factories.season_files import SeasonReplay
from tests.integration.oracle.conftest import MakeOracle

from auspex.platform.schedule import TimeDoesNotTravelError

FRIDAY = date(2018, 11, 9)
EVENT = {"schedule": "oracle-refit", "scheduled_at": "2018-11-09T07:00:00Z"}


def test_a_run_that_comes_after_kick_off_archives_nothing_of_what_has_begun(
    make_oracle: MakeOracle, seasons: SeasonReplay
) -> None:
    harness = make_oracle(FRIDAY)
    run_schedule(harness, "refresh", FRIDAY)
    harness.clock.advance(timedelta(days=30))
    assert harness.invoke("oracle", "schedule_refit", EVENT)["forecasts_archived"] == 0


def test_on_the_local_stage_an_event_may_bring_its_own_time(make_oracle: MakeOracle) -> None:
    harness = make_oracle(FRIDAY)
    run_schedule(harness, "refresh", FRIDAY)
    harness.clock.advance(timedelta(days=30))
    assert harness.invoke("oracle", "schedule_refit", EVENT | {"time_travel": True})["forecasts_archived"] == 40
    archived = harness.rows("SELECT DISTINCT archived_at FROM platform.predictions")
    assert archived == [{"archived_at": datetime(2018, 11, 9, 7, tzinfo=UTC)}]


def test_anywhere_else_time_does_not_travel(make_oracle: MakeOracle) -> None:
    harness = make_oracle(FRIDAY)
    run_schedule(harness, "refresh", FRIDAY)
    harness.application.function("oracle", "schedule_refit").environment["AUSPEX_STAGE"] = "production"  # type: ignore[index]
    harness.application.function("oracle", "schedule_refit").environment["AUSPEX_DATABASE_TLS"] = "disable"  # type: ignore[index]
    with pytest.raises(TimeDoesNotTravelError):
        harness.invoke("oracle", "schedule_refit", EVENT | {"time_travel": True})
    assert harness.rows("SELECT 1 FROM platform.predictions") == []
