"""The short form of `make prove-lock`: the same histories on the same SQL, for a few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from tests.conftest import Database
from tests.proofs.lock.databases import plant, planted_bugs
from tests.proofs.lock.day import OUTAGE_HOURS, Day
from tests.proofs.lock.history import EFFECTS, KINDS, Lane, ViolationError

HISTORIES = 15
PLANTED_HISTORIES_MAX = 60


@contextmanager
def lane_of(database: Database) -> Iterator[Lane]:
    with psycopg.connect(database.url(None), autocommit=True) as connection:
        connection.execute(EFFECTS.encode())
    lane = Lane(database.url("auspex_filings"), database.url("auspex_providers"))
    try:
        yield lane
    finally:
        lane.close()


def run(lane: Lane, histories: int) -> None:
    for seed in range(histories):
        lane.run(seed)


def test_no_history_breaks_the_lock(database: Database) -> None:
    with lane_of(database) as lane:
        run(lane, HISTORIES)
        lane.check_stored()
        assert [kind for kind in KINDS if not lane.seen[kind]] == []


@pytest.mark.parametrize("bug", planted_bugs())
def test_a_planted_bug_is_caught(database: Database, bug: str) -> None:
    with lane_of(database) as lane:
        plant(database.url(None), bug)
        with pytest.raises(ViolationError):
            run(lane, PLANTED_HISTORIES_MAX)


def test_a_day_of_three_outages_and_twenty_blips_has_three_switches(database: Database) -> None:
    with lane_of(database) as lane:
        day = Day(lane.operator, workers=10, seed=3)
        assert day.run() == len(OUTAGE_HOURS)
        assert day.broken_by_blips >= 20
