"""The harness outside of pytest: an application of a template on a fresh clone, for proofs that run for minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conftest import ROLES, Database, Server, cloned
from tests.harness.fixtures import TOY
from tests.harness.harness import Harness
from tests.harness.toy.contracts import TABLE
from tests.proofs.databases import own_server


@contextmanager
def fresh_database() -> Iterator[Database]:
    """Start a Postgres of our own and give a migrated, empty database on it."""
    with own_server() as server:
        passwords = dict.fromkeys(ROLES, server.role_password)
        with cloned(Server(server.port, server.superuser_password, passwords)) as database:
            yield database


@contextmanager
def toy_application(database: Database, **options: Any) -> Iterator[Harness]:
    """Serve the toy application; its table is made first."""
    with database.connect(None) as connection:
        connection.execute(TABLE.encode())
    with Harness(database, root=TOY, **options) as harness:
        yield harness


def money(harness: Harness) -> tuple[int, int]:
    """Return what all accounts have, and what is set aside."""
    (row,) = harness.rows("SELECT sum(available)::bigint AS a, sum(reserved)::bigint AS r FROM platform.balances")
    return int(row["a"]), int(row["r"])
