"""Grids, markets and margin removal as two public libraries compute them (penaltyblog 1.13.1, goto_conversion 4.0.3).

Goldens by make_third_party_goldens.py. Only what their fitted model predicts serves as a grid: the separate function
`create_dixon_coles_grid` of that version applies the factors of 0-1 and 1-0 the wrong way round.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from auspex.oracle.engine.grid import score_grid
from auspex.oracle.engine.margins import METHODS, remove_margin
from auspex.oracle.engine.markets import markets_of

GOLDENS: dict[str, list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("third_party_goldens.json").read_text(encoding="utf-8")
)
AGREEMENT = 1e-9


def three_ways(line: dict[str, float], above: str, below: str) -> list[float]:
    """Return above, level, below with a half of every half on either side of it, as that library reports lines."""
    half_above, half_below = line.get(f"half_{above}", 0.0), line.get(f"half_{below}", 0.0)
    level = line.get("push", 0.0) + (half_above + half_below) / 2
    return [line[above] + half_above / 2, level, line[below] + half_below / 2]


@pytest.mark.parametrize("golden", GOLDENS["fixtures"], ids=lambda golden: f"{golden['lambda']:.2f}-{golden['mu']:.2f}")
def test_grids_and_markets_are_those_of_a_public_library(golden: dict[str, Any]) -> None:
    grid = score_grid(golden["lambda"], golden["mu"], golden["rho"], size=16)
    assert grid[:4, :4] == pytest.approx(np.array(golden["corner"]), abs=AGREEMENT)
    found = markets_of(grid)
    assert list(found["outcome"].values()) == pytest.approx(golden["outcome"], abs=AGREEMENT)
    assert found["both_score"]["yes"] == pytest.approx(golden["both_score"], abs=AGREEMENT)
    assert found["draw_excluded"]["home"] == pytest.approx(golden["home_excluding_draws"], abs=AGREEMENT)
    assert list(found["expected_points"].values()) == pytest.approx(golden["expected_points"], abs=AGREEMENT)
    assert list(found["win_to_nil"].values()) == pytest.approx(golden["win_to_nil"], abs=AGREEMENT)
    for line, (under, level, over) in golden["totals"].items():
        assert three_ways(found["totals"][line], "over", "under") == pytest.approx([over, level, under], abs=AGREEMENT)
    for line, expected in golden["handicaps"].items():
        assert three_ways(found["handicaps"][line], "win", "lose") == pytest.approx(expected, abs=AGREEMENT)


@pytest.mark.parametrize("method", METHODS)
def test_margins_are_removed_as_public_libraries_do(method: str) -> None:
    for golden in GOLDENS["odds"]:
        assert remove_margin(golden["odds"], method=method) == pytest.approx(golden[method], abs=1e-8)
