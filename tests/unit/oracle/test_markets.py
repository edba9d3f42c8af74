"""Markets of a grid: the worked numbers of ORACLE 7.3, a twin that settles scorelines one by one, and 10,000 grids."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.oracle.engine.grid import reshape_to, rho_bounds, score_grid
from auspex.oracle.engine.markets import (
    HANDICAP_LINES,
    TOTAL_LINES,
    exact_scores,
    market_arrays,
    markets_of,
)

GRIDS = 10_000
AGREEMENT = 1e-9


def worked() -> dict[str, Any]:
    return markets_of(score_grid(1.6, 1.1, -0.08))


def test_the_worked_markets() -> None:
    found = worked()
    assert found["totals"]["2.5"]["over"] == pytest.approx(0.506375509, abs=1e-9)
    assert found["totals"]["3"] == pytest.approx(
        {"under": 0.493624491, "push": 0.220467685, "over": 0.285907824}, abs=1e-9
    )  # fmt: skip
    assert found["both_score"]["yes"] == pytest.approx(0.541900447, abs=1e-9)
    assert found["expected_points"] == pytest.approx({"home": 1.708169, "away": 1.023995}, abs=5e-7)


def test_the_worked_handicaps() -> None:
    lines = worked()["handicaps"]
    assert lines["-0.5"]["win"] == pytest.approx(0.480111000, abs=1e-9)
    assert lines["-1"] == pytest.approx({"win": 0.255211415, "push": 0.224899586, "lose": 0.519888999}, abs=1e-9)
    assert lines["-0.75"] == pytest.approx(
        {"win": 0.255211415, "half_win": 0.224899586, "lose": 0.519888999}, abs=1e-9
    )  # fmt: skip


def test_every_market_of_the_specification_is_there_and_json() -> None:
    found = json.loads(json.dumps(worked(), allow_nan=False))
    assert set(found) == {
        "outcome", "double_chance", "draw_excluded", "totals", "team_totals", "handicaps", "both_score", "win_to_nil",
        "exact_score", "margin", "odd_even", "clean_sheet", "expected_points", "expected_goals",
    }  # fmt: skip
    quarters = [f"{step / 4:g}" for step in range(2, 27)]
    assert list(found["totals"]) == list(found["team_totals"]["home"]) == quarters
    assert list(found["handicaps"]) == [f"{step / 4:g}" for step in range(-16, 17)]
    assert found["draw_excluded"]["home"] == pytest.approx(found["outcome"]["home"] / (1 - found["outcome"]["draw"]))


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("2", {"over", "push", "under"}),
        ("2.25", {"over", "half_under", "under"}),
        ("2.5", {"over", "under"}),
        ("2.75", {"over", "half_over", "under"}),
    ],
)
def test_a_line_names_only_the_ends_it_can_have(line: str, ends: set[str]) -> None:
    assert set(worked()["totals"][line]) == ends


def by_hand(grid: npt.NDArray[np.float64], line: float, *, handicap: bool) -> list[float]:
    """Settle scorelines one by one: half a unit on each half-line comes to 1, 1/2, 0, -1/2 or -1."""
    spread = 0.0 if line % 0.5 == 0 else 0.25
    ends = dict.fromkeys((1.0, 0.5, 0.0, -0.5, -1.0), 0.0)
    for (home, away), probability in np.ndenumerate(grid):
        result = 0.0
        for half_line in (line - spread, line + spread):
            distance = home - away + half_line if handicap else home + away - half_line
            result += ((distance > 0) - (distance < 0)) / 2
        ends[result] += probability
    return list(ends.values())


@pytest.mark.parametrize("rates", [(1.6, 1.1, -0.08), (0.4, 3.1, 0.02), (5.1, 0.3, -0.1)])
def test_lines_are_what_settling_every_scoreline_gives(rates: tuple[float, float, float]) -> None:
    grid = score_grid(*rates)
    found = market_arrays(grid)
    for kind, lines in (("totals", TOTAL_LINES), ("handicaps", HANDICAP_LINES)):
        for index, line in enumerate(lines.tolist()):
            expected = by_hand(grid, line, handicap=kind == "handicaps")
            assert found[kind][index] == pytest.approx(expected, abs=1e-12), f"{kind} {line}"


@pytest.fixture(scope="module")
def random_grids() -> npt.NDArray[np.float64]:
    """Return 10,000 grids over the whole range of rates and rho, large grids among them, some reshaped."""
    random = np.random.default_rng(20260101)
    home, away = np.exp(random.uniform(math.log(0.05), math.log(6), (2, GRIDS)))
    low, high = rho_bounds(home, away)
    rho = np.clip(low + random.uniform(0, 1, GRIDS) * (high - low), low, high)
    grids = score_grid(home, away, rho)
    for index in range(0, GRIDS, 20):
        grids[index] = reshape_to(grids[index], random.dirichlet((3, 2, 2)))
    return grids


@pytest.fixture(scope="module")
def markets(random_grids: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    return market_arrays(random_grids)


def test_on_many_grids_every_market_adds_up(markets: dict[str, npt.NDArray[np.float64]]) -> None:
    for name in (
        "outcome", "draw_excluded", "totals", "home_totals", "away_totals", "handicaps", "both_score", "margin",
        "odd_even",
    ):  # fmt: skip
        assert np.abs(markets[name].sum(axis=-1) - 1).max() < AGREEMENT, name
        assert markets[name].min() >= 0, name
    assert np.abs(markets["double_chance"].sum(axis=-1) - 2).max() < AGREEMENT


def test_on_many_grids_markets_agree_with_one_another(
    random_grids: npt.NDArray[np.float64], markets: dict[str, npt.NDArray[np.float64]]
) -> None:
    outcome, handicaps, margin = markets["outcome"], markets["handicaps"], markets["margin"]
    at = {line: index for index, line in enumerate(HANDICAP_LINES.tolist())}
    pairs = {
        "home -0.5 is a home win": (handicaps[:, at[-0.5], 0], outcome[:, 0]),
        "home +0.5 is no defeat": (handicaps[:, at[0.5], 0], markets["double_chance"][:, 0]),
        "level on 0 is the draw": (handicaps[:, at[0.0], 2], outcome[:, 1]),
        "margins below 0 are away wins": (margin[:, :5].sum(axis=1), outcome[:, 2]),
        "home by 1 is level on -1": (margin[:, 6], handicaps[:, at[-1.0], 2]),
        "home by 3 or more wins on -2": (margin[:, 8:].sum(axis=1), handicaps[:, at[-2.0], 0]),
        "a clean sheet is 0.5 not passed": (markets["clean_sheet"][:, 0], markets["away_totals"][:, 0, 4]),
        "to nil is a clean sheet without 0-0": (
            markets["win_to_nil"][:, 0], markets["clean_sheet"][:, 0] - random_grids[:, 0, 0],
        ),
        "somebody does not score": (
            markets["both_score"][:, 1], markets["clean_sheet"].sum(axis=1) - random_grids[:, 0, 0],
        ),
        "no goal is under 0.5": (markets["totals"][:, 0, 4], random_grids[:, 0, 0]),
        "points add up": (markets["expected_points"].sum(axis=1), 3 - outcome[:, 1]),
    }  # fmt: skip
    for name, (left, right) in pairs.items():
        assert np.abs(left - right).max() < AGREEMENT, name


def test_on_many_grids_a_quarter_line_lies_between_its_half_lines(markets: dict[str, npt.NDArray[np.float64]]) -> None:
    """What a line gives back on the whole is the mean of what its two half-lines give back."""
    returns = np.array([1.0, 0.5, 0.0, -0.5, -1.0])
    for name in ("totals", "home_totals", "away_totals", "handicaps"):
        value = markets[name] @ returns
        halves, quarters = value[:, 0::2], value[:, 1::2]
        assert np.abs(quarters - (halves[:, :-1] + halves[:, 1:]) / 2).max() < AGREEMENT, name


def test_on_many_grids_exact_scores_and_the_rest_add_up(random_grids: npt.NDArray[np.float64]) -> None:
    kept, other = exact_scores(random_grids)
    assert kept.shape == (GRIDS, 11, 11)
    assert np.abs(kept.sum(axis=(1, 2)) + other - 1).max() < AGREEMENT
    assert other.min() >= 0


@given(st.floats(0.05, 6), st.floats(0.05, 6))
def test_teams_that_change_places_change_sides_in_every_market(home: float, away: float) -> None:
    here, there = market_arrays(score_grid(home, away, 0.0)), market_arrays(score_grid(away, home, 0.0))
    assert there["handicaps"] == pytest.approx(here["handicaps"][::-1, ::-1], abs=1e-12)
    assert there["totals"] == pytest.approx(here["totals"], abs=1e-12)
    assert there["home_totals"] == pytest.approx(here["away_totals"], abs=1e-12)
    for name in ("outcome", "draw_excluded", "win_to_nil", "clean_sheet", "margin", "expected_points"):
        assert there[name] == pytest.approx(here[name][::-1], abs=1e-12)


def test_expected_goals_are_the_rates() -> None:
    assert worked()["expected_goals"] == pytest.approx({"home": 1.6, "away": 1.1}, abs=1e-8)
