"""The short form of `make prove-oracle-jobs`."""

from __future__ import annotations

from tests.conftest import Database
from tests.harness.harness import Harness
from tests.proofs.oracle_jobs import prove


def test_no_history_loses_a_row_or_charges_twice(database: Database) -> None:
    with Harness(database, copies=2, seed=1) as harness:
        found = prove(harness, 15, first_seed=1)
    assert found.faults == []
    assert found.histories == 15
    assert found.crashes > 0
