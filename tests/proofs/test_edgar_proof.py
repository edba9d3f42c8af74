"""The short form of `make prove-edgar-budget`."""

from __future__ import annotations

from tests.conftest import Database
from tests.proofs.edgar.__main__ import catch, is_fair, simulate


def test_fifty_functions_never_send_more_than_ten_in_a_second_and_stop_when_one_is_refused(
    database: Database,
) -> None:
    found = simulate(database, requests=1_200, seed=1)
    assert is_fair(found), found
    assert all(found["faults"].values()), found


def test_a_budget_that_leaves_out_a_rule_is_noticed(database: Database) -> None:
    assert set(catch(database, seed=1, requests=2_000).values()) == {True}
