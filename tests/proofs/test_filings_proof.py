"""The short form of `make prove-filings`."""

from __future__ import annotations

from tests.conftest import Database
from tests.proofs.filings.__main__ import catch, deployed, prove


def test_no_history_of_filings_leaves_anything_twice_or_not_at_all(database: Database) -> None:
    with deployed(database, seed=1) as (harness, callers):
        found = prove(harness, callers, histories=4, seconds=60, first_seed=1)
    assert found.faults == []
    assert found.histories == 4
    assert sum(times for kind, times in found.kinds.items() if kind.startswith("death")) > 0


def test_statistics_that_forget_removed_chunks_are_noticed(database: Database) -> None:
    assert catch(database, "terms_not_subtracted", seed=1, histories=10).faults
