"""The servers that long proofs and benchmarks start for themselves take every migration, as the tests' own does."""

from __future__ import annotations

import psycopg
from tests.benchmarks.database import benchmark_database
from tests.conftest import ROLES
from tests.proofs.databases import own_server
from tests.proofs.lock.databases import make_lane_database


def test_the_benchmarks_database_is_durable_and_knows_every_role() -> None:
    with benchmark_database() as database:
        assert set(database.urls) == set(ROLES)
        assert database.fsync == "on"


def test_the_proofs_databases_are_whole() -> None:
    with own_server() as server:
        make_lane_database(server, "lane")
        for role in ROLES:
            psycopg.connect(server.url("lane", role)).close()
