"""The short form of `make prove-oracle-jobs`."""

from __future__ import annotations

import pytest
from tests.conftest import Database
from tests.proofs.oracle_jobs.__main__ import catch, deployed, prove_histories
from tests.proofs.oracle_jobs.history import Found


def test_no_history_loses_a_row_or_charges_twice(database: Database) -> None:
    found = Found()
    with deployed(database) as harness:
        prove_histories(harness, 10, found, 1)
    assert found.faults == []
    assert found.histories == 10
    assert sum(times for kind, times in found.kinds.items() if kind.startswith("death")) > 0


@pytest.mark.parametrize("bug", ["shard_counted_twice", "settled_above_quote"])
def test_a_planted_bug_is_caught(database: Database, bug: str) -> None:
    assert catch(database, bug, seed=1, histories=10) is not None
