"""`make eval-oracle` on any folder: other leagues, no shots, no odds; figures it cannot give are null."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.evals import oracle as eval_oracle
from tests.evals.oracle_matches import chosen_seasons, read_folder, season_label
from tests.evals.oracle_projection import half_way, within
from tests.factories.synthetic_leagues import SyntheticLeague, synthetic_league

LEAGUE = synthetic_league(31, teams=8, seasons=4, spread=0.6)


def write_files(folder: Path, division: str, league: SyntheticLeague, *, odds: bool) -> None:
    header = "Div,Date,HomeTeam,AwayTeam,FTHG,FTAG" + (",BbAvH,BbAvD,BbAvA,BbAv>2.5,BbAv<2.5" if odds else "")
    for season in sorted({match.season for match in league.matches}):
        rows = [
            f"{division},{m.day:%d/%m/%y},{m.home},{m.away},{m.home_goals},{m.away_goals}"
            + (",2.2,3.4,3.3,1.9,1.9" if odds else "")
            for m in league.matches
            if m.season == season
        ]
        (folder / f"{division}_{season[2:4]}{season[5:]}.csv").write_text("\n".join([header, *rows, ""]))


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert eval_oracle.main(list(arguments)) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(report, dict)
    return report


def test_a_league_without_shots_and_odds_has_nulls_in_their_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, "X1", LEAGUE, odds=False)
    report = evaluated(capsys, "--data", str(tmp_path), "--seasons", "2012/13-2013/14")
    assert report["n"] == report["divisions"]["X1"]["n"] == 112
    assert report["rps_blend"] < report["rps_base_rate"]
    for name in ("rps_market_early", "rps_market_closing", "rps_with_odds", "over25_brier_market"):
        assert report[name] is None
    assert sum(report["band_shares"].values()) == pytest.approx(1)
    assert set(report["skill_by_season"]) == {"2012/13", "2013/14"}
    assert report["projections"]["champion"]["seasons"] == 2
    assert "reference" not in report


def test_odds_are_scored_where_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, "X1", LEAGUE, odds=True)
    write_files(tmp_path, "Y1", synthetic_league(32, teams=6, seasons=3), odds=False)
    report = evaluated(capsys, "--data", str(tmp_path), "--divisions", "X1", "--seasons", "2013/14")
    assert (report["n"], list(report["divisions"])) == (56, ["X1"])
    assert report["rps_market_closing"] is None
    assert report["rps_market_early"] == pytest.approx(report["rps_with_odds"], abs=0.01)
    assert report["rps_with_odds"] != report["rps_market_early"]


def test_a_folder_without_such_seasons_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, "X1", LEAGUE, odds=False)
    assert eval_oracle.main(["--data", str(tmp_path), "--seasons", "1999/00"]) == 2
    assert "no such season" in capsys.readouterr().err
    assert eval_oracle.main(["--data", str(tmp_path / "none")]) == 2


def test_season_labels() -> None:
    assert [season_label("18", "19"), season_label("99", "00"), season_label("20", "18")] == [
        "2018/19", "1999/00", "2018",
    ]  # fmt: skip


def test_the_development_set_is_the_last_seven_seasons(shared_data: Path) -> None:
    data = read_folder(shared_data / "oracle" / "raw", ["E0"])
    assert chosen_seasons(data, None) == chosen_seasons(data, "2012/13-2018/19")
    assert len(data[0].matches) == 14 * 380


def test_half_way_splits_between_days() -> None:
    season = [match for match in LEAGUE.matches if match.season == "2011/12"]
    half = half_way(season)
    assert len(half.played) + len(half.remaining) == 56
    assert max(match.day for match in half.played) < half.as_of <= min(match.day for match in half.remaining)


def test_places_of_an_event() -> None:
    assert within(6, (0, 1)).tolist() == [1, 0, 0, 0, 0, 0]
    assert within(6, (-3, 0)).tolist() == [0, 0, 0, 1, 1, 1]
