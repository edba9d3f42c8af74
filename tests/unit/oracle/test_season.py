"""Seasons played on: exact small leagues, shards that add up, real finished seasons (ORACLE 7.6)."""

from __future__ import annotations

import csv
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import ROOT, SHARED_DATA
from tests.unit.oracle.leagues import CHAINS, golden_numbers, rates, season_of, strengths

from auspex.oracle.engine.grid import score_grid, win_draw_loss
from auspex.oracle.engine.season import (
    Season,
    SeasonTally,
    shard_sizes,
    simulate,
    simulate_shard,
    strengths_of,
    tallied,
)
from auspex.oracle.engine.season_summary import summarise
from auspex.oracle.engine.tie_breaks import parse_chain

RAW = SHARED_DATA / "oracle" / "raw"
NOBODY = np.empty((0, 2), dtype=np.int64)


def same(first: SeasonTally, second: SeasonTally) -> bool:
    return first.as_json() == second.as_json()


def test_expected_points_are_those_of_the_grids() -> None:
    season = season_of(6)
    found = summarise(simulate(season, seed=1, seasons=6_000), [])
    expected = np.zeros(6)
    for home, away in season.remaining.tolist():
        win, draw, loss = win_draw_loss(score_grid(*rates(season, home, away), season.strengths.rho))
        expected[home] += 3 * win + draw
        expected[away] += 3 * loss + draw
    for team, summary in enumerate(found):
        assert abs(summary.points_mean - expected[team]) <= 4 * summary.points_mean_error


def test_a_last_match_decides_as_its_grid_says() -> None:
    # 0 and 1 have met once: 1-0. Only a win by two puts 1 first for sure; by one, goals and then lots decide.
    season = season_of(2, played=1)
    home_rate, away_rate = rates(season, 1, 0)
    grid = score_grid(home_rate, away_rate, season.strengths.rho)
    ahead = sum(float(grid[i, j]) for i in range(16) for j in range(16) if i - j > 1)
    level = sum(float(grid[i + 1, i]) for i in range(15))
    tied_on_away_goals = float(grid[1, 0])
    found = simulate(season, seed=2, seasons=8_000)
    champion = summarise(found, [(1, 1)])[1].zones[0]
    # After 1-0 and then i+1 to i at home, away goals are 0 against i: 0 wins them unless i is 0, when a lot decides.
    assert abs(champion.probability - (ahead + tied_on_away_goals / 2)) <= 4 * champion.mc_standard_error
    assert abs(found.seasons_by_lot / found.seasons - tied_on_away_goals) <= 0.02
    assert level > tied_on_away_goals


def test_shards_add_up_to_the_whole_in_any_order() -> None:
    season = season_of(4, sd=0.1)
    cuts = shard_sizes(4_500)
    assert cuts == [2_000, 2_000, 500]
    parts = [simulate_shard(season, seed=9, shard=shard, seasons=size) for shard, size in enumerate(cuts)]
    whole = simulate(season, seed=9, seasons=4_500)
    for order in itertools.permutations(parts):
        assert same(tallied(order), whole)
    assert not same(parts[0], parts[1])
    assert whole.seasons == int(whole.positions[0].sum()) == int(whole.points[0].sum()) == 4_500


def test_a_tally_survives_being_stored() -> None:
    tally = simulate_shard(season_of(4), seed=3, shard=0, seasons=50)
    assert same(SeasonTally.from_json(json.loads(json.dumps(tally.as_json()))), tally)


def test_tallies_of_different_seasons_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="different seasons"):
        simulate_shard(season_of(4), seed=3, shard=0, seasons=5) + simulate_shard(
            season_of(5), seed=3, shard=0, seasons=5
        )
    with pytest.raises(ValueError, match="no tallies"):
        tallied([])
    with pytest.raises(ValueError, match="at least one"):
        shard_sizes(0)


def test_ignorance_of_strengths_widens_the_table() -> None:
    known, unknown = (summarise(simulate(season_of(6, sd=sd), seed=4, seasons=3_000), []) for sd in (0.0, 0.3))
    assert all(b.points_sd > 1.1 * a.points_sd for a, b in zip(known, unknown, strict=True))


def test_summaries_are_consistent() -> None:
    tally = simulate(season_of(6, played=9, sd=0.1), seed=5, seasons=3_000)
    found = summarise(tally, [(1, 1), (1, 4), (5, 6)])
    for place in range(6):
        assert sum(team.positions[place].probability for team in found) == pytest.approx(1)
    for team in found:
        assert sum(share.probability for share in team.positions) == pytest.approx(1)
        assert team.zones[0] == team.positions[0]
        assert team.zones[1].probability + team.zones[2].probability == pytest.approx(1)
        values = [percentile.value for percentile in team.points_percentiles]
        assert values == sorted(values)
        assert all(p.low <= p.value <= p.high for p in team.points_percentiles)
    assert found[0].points_mean > found[-1].points_mean


def test_a_fit_is_cut_down_to_the_teams_of_a_season() -> None:
    teams = ["a", "b", "c"]
    mean = np.array([0.1, 0.2, 1, 2, 3, 4, 5, 6], dtype=np.float64)
    factor = np.tril(np.arange(64, dtype=np.float64).reshape(8, 8) + 1)
    found = strengths_of(
        ["c", "new", "a"], teams=teams, mean=mean, factor=factor, rho=-0.1, newcomer_mean=-0.2, newcomer_sd=0.7
    )  # fmt: skip
    assert found.mean.tolist() == [0.1, 0.2, 3, -0.2, 1, 6, -0.2, 4]
    covariance, whole = found.factor @ found.factor.T, factor @ factor.T
    kept = [0, 1, 4, 2, 7, 5]
    places = [0, 1, 2, 4, 5, 7]
    assert covariance[np.ix_(places, places)] == pytest.approx(whole[np.ix_(kept, kept)])
    assert covariance[3, 3] == covariance[6, 6] == pytest.approx(0.49)
    assert covariance[3].sum() == pytest.approx(0.49)


GOLDEN = "39cf1a55034e766721da3aae59c74f43ce9416e1c552c8012a866cbee1c76603"
"""SHA-256 of the numbers of `golden_numbers`: changes only with a decision to answer otherwise for the same seed."""
MACHINES = {
    "one thread": {"OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "1"},
    "two threads": {"OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "2"},
    # numpy and its linear algebra without the wider registers: exponentials then differ in their last bits
    "an older processor": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR", "OPENBLAS_CORETYPE": "Prescott",
    },
}  # fmt: skip


def test_a_seed_gives_the_same_numbers_for_ever() -> None:
    assert golden_numbers() == GOLDEN


@pytest.mark.parametrize("machine", MACHINES)
def test_other_processes_threads_and_processors_give_the_same_numbers(machine: str) -> None:
    program = "from tests.unit.oracle.leagues import golden_numbers; print(golden_numbers())"
    paths = ("layers/auspex", "layers/client", "infra/migrations", ".")
    environment = os.environ | MACHINES[machine] | {"PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in paths)}
    found = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == GOLDEN


def finished(division: str, season: str) -> tuple[list[str], Season]:
    """Return a real season, every match of it played."""
    path = RAW / f"{division}_{season}.csv"
    if not path.is_file():
        pytest.skip("the real seasons are not in this checkout's shared data")
    rows = [row for row in _rows(path) if row["HomeTeam"]]
    names = sorted({row["HomeTeam"] for row in rows})
    played = [
        (names.index(row["HomeTeam"]), names.index(row["AwayTeam"]), int(row["FTHG"]), int(row["FTAG"])) for row in rows
    ]
    still = Season(
        len(names), np.array(played, dtype=np.int64), NOBODY, strengths(len(names)), parse_chain(CHAINS[division]),
        np.zeros(len(names), dtype=np.int64),
    )  # fmt: skip
    return names, still


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="latin-1", newline="") as file:
        return list(csv.DictReader(file))


def final_table(division: str, season: str) -> list[tuple[str, int]]:
    """Return the final table as (team, points); every place must be certain."""
    names, still = finished(division, season)
    tally = simulate_shard(still, seed=1, shard=0, seasons=50)
    assert tally.seasons_by_lot == 0
    assert set(np.unique(tally.positions)) == {0, 50}
    order = np.argmax(tally.positions, axis=0)
    return [(names[team], int(np.argmax(tally.points[team])) + tally.points_low) for team in order]


def test_real_madrid_won_2006_07_on_the_matches_against_barcelona() -> None:
    assert final_table("SP1", "0607")[:2] == [("Real Madrid", 76), ("Barcelona", 76)]


def test_manchester_city_won_2011_12_on_goal_difference() -> None:
    assert final_table("E0", "1112")[:2] == [("Man City", 89), ("Man United", 89)]


def test_both_ends_of_2018_19() -> None:
    table = final_table("E0", "1819")
    assert table[:2] == [("Man City", 98), ("Liverpool", 97)]
    assert table[-3:] == [("Cardiff", 34), ("Fulham", 26), ("Huddersfield", 16)]


def test_by_the_other_chain_barcelona_would_have_been_champions() -> None:
    names, still = finished("SP1", "0607")
    by_difference = Season(
        still.teams, still.played, still.remaining, still.strengths, parse_chain(CHAINS["E0"]), still.adjustments
    )  # fmt: skip
    tally = simulate_shard(by_difference, seed=1, shard=0, seasons=10)
    assert names[int(np.argmax(tally.positions[:, 0]))] == "Barcelona"
