"""Completed seasons are forecast walk forward when they teach a new season's layer, and archived as backtests."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.conftest import Database
from tests.factories.oracle_days import run_schedule
from tests.factories.season_files import season_replay
from tests.integration.oracle.conftest import harness_on, season_folder

FRIDAY = date(2018, 11, 9)
MATCHES = 380
ISSUED = """
SELECT count(*) AS n, count(*) FILTER (WHERE issued_at < (payload ->> 'match_date')::timestamptz) AS early,
       count(DISTINCT issued_at) AS weeks, count(DISTINCT payload ->> 'season') AS seasons
FROM platform.predictions WHERE origin = 'backtest'
"""


def test_the_season_that_teaches_a_layer_is_a_backtest_with_figures_of_its_own(
    database: Database, shared_data: Path, tmp_path: Path
) -> None:
    folder = season_folder(shared_data, tmp_path, divisions=("E0",), seasons=("1617", "1718", "1819"))
    with season_replay(folder) as replay, harness_on(database, replay, FRIDAY) as harness:
        run_schedule(harness, "refresh", FRIDAY)
        assert run_schedule(harness, "refit", FRIDAY)["backtests_archived"] == 2 * MATCHES
        (early,) = harness.rows(ISSUED)
        assert (early["n"], early["early"], early["seasons"]) == (2 * MATCHES, 2 * MATCHES, 1)
        assert early["weeks"] > 30
        run_schedule(harness, "score", FRIDAY)
        key = harness.create_key("oracle:read")
        found = {
            row["model"]: row
            for row in harness.request(
                "GET", "/v1/oracle/calibration?origin=backtest&competition=E0&season=2017/18", key=key
            ).data
        }
        assert {model: row["n"] for model, row in found.items()} == {"elo": MATCHES, "goals": MATCHES}
        for row in found.values():
            assert 0.17 < row["metrics"]["rps"]["value"] < 0.21
        assert harness.request("GET", "/v1/oracle/calibration?origin=live", key=key).data == []
