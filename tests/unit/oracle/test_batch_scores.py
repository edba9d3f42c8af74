"""Scores of rows and totals of shards."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from auspex.oracle.batch_scores import outcome_of, partial_of, score_of, score_row, totals_of

GRID = (0.480111, 0.26783605, 0.25205295)  # ORACLE 7.3
BASE = (0.45, 0.27, 0.28)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (0, (0.166908, 0.405551, 0.733738)),
        (1, (0.147019, 0.830101, 1.317380)),
        (2, (0.394966, 0.861667, 1.378116)),
    ],
)
def test_a_row_is_scored_as_the_specification_works_out(outcome: int, expected: tuple[float, ...]) -> None:
    found = score_of(GRID, outcome)
    assert tuple(found.values()) == pytest.approx(expected, abs=1e-6)


def test_who_won_is_read_from_the_goals() -> None:
    assert [outcome_of(*goals, has_draws=True) for goals in ((2, 1), (1, 1), (0, 3))] == [0, 1, 2]
    assert [outcome_of(*goals, has_draws=False) for goals in ((99, 90), (90, 99))] == [0, 1]


def rows(seed: int, n: int) -> list[dict[str, dict[str, float]]]:
    chance = random.Random(seed)
    found = []
    for _ in range(n):
        market = GRID if chance.random() < 0.5 else None
        found.append(score_row(BASE, chance.randrange(3), {"base_rate": (1 / 3, 1 / 3, 1 / 3), "market": market}))
    return found


def test_totals_of_shards_are_the_means_over_all_rows_and_each_reference_has_its_own_rows() -> None:
    scores = rows(1, 250)
    shards = [partial_of(answered=100, failed=1, scores=scores[i : i + 100]) for i in range(0, 250, 100)]
    totals = totals_of([json.loads(json.dumps(shard)) for shard in shards])
    assert (totals["rows_answered"], totals["rows_failed"], totals["rows_scored"]) == (300, 3, 250)
    assert totals["forecast"]["rps"] == pytest.approx(sum(s["forecast"]["rps"] for s in scores) / 250, abs=1e-9)
    beside = [s for s in scores if "market" in s]
    market: dict[str, Any] = totals["market"]
    assert market["rows"] == len(beside)
    assert market["rps"] == pytest.approx(sum(s["market"]["rps"] for s in beside) / len(beside), abs=1e-9)
    assert market["forecast"]["rps"] == pytest.approx(sum(s["forecast"]["rps"] for s in beside) / len(beside), abs=1e-9)
    assert market["skill"] == pytest.approx(1 - market["forecast"]["rps"] / market["rps"], abs=1e-8)


def test_totals_without_results_have_no_scores() -> None:
    totals = totals_of([partial_of(answered=3, failed=0, scores=[])])
    assert totals["forecast"] is totals["market"] is totals["base_rate"] is None
