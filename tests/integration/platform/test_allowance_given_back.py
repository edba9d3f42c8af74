"""An analysis that is given back counts for nothing, in whatever order several of them are."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from tests.factories.money import customer
from tests.harness.harness import Harness

from auspex.platform.ledger import ChargedRequest, release, reserve


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_the_last_analysis_is_forgotten_in_any_order(harness: Harness, order: tuple[int, ...]) -> None:
    mine = customer(harness, plan="free", tokens=10)
    at = harness.clock.now()
    with harness.database.connect("auspex_platform") as connection:
        held = [
            reserve(
                connection, ChargedRequest(mine.account_id, f"ask {number}", "POST /toy", "r", is_analysis=True),
                tokens=1, at=at + timedelta(minutes=number),
            ).reservation_id
            for number in range(3)
        ]  # fmt: skip
        for number in order:
            release(connection, held[number], at=at + timedelta(minutes=5))
    kept = harness.rows("SELECT used, last_at FROM platform.allowances")
    assert kept == [{"used": 0, "last_at": None}]
    assert mine.balance == (10, 0)
