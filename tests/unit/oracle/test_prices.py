"""Depths and their prices (ORACLE 3)."""

from __future__ import annotations

import pytest

from auspex.oracle.model import Depth
from auspex.oracle.prices import DEPTH_TOKENS, batch_tokens, projection_tokens


def test_deeper_costs_never_less() -> None:
    assert [DEPTH_TOKENS[depth] for depth in Depth] == [0, 2, 3, 3, 5]
    for depth in Depth:
        assert all(DEPTH_TOKENS[depth] >= DEPTH_TOKENS[other] for other in Depth if depth.includes(other))


def test_comparison_and_scenarios_are_siblings() -> None:
    assert not Depth.COMPARISON.includes(Depth.SCENARIOS)
    assert not Depth.SCENARIOS.includes(Depth.COMPARISON)
    assert all(Depth.DEEP_DIVE.includes(depth) for depth in Depth)


@pytest.mark.parametrize(
    ("depth", "rows", "tokens"),
    [(Depth.HEADLINE, 380, 39), (Depth.DISTRIBUTION, 380, 77), (Depth.DEEP_DIVE, 1, 1), (Depth.DEEP_DIVE, 0, 0)],
)
def test_a_batch_costs_one_and_a_tenth_of_its_rows(depth: Depth, rows: int, tokens: int) -> None:
    assert batch_tokens(depth, rows=rows) == tokens


@pytest.mark.parametrize(("n", "tokens"), [(1_000, 5), (10_000, 5), (10_001, 6), (20_000, 6), (100_000, 14)])
def test_every_further_started_ten_thousand_seasons_cost_one(n: int, tokens: int) -> None:
    assert projection_tokens(n) == tokens
