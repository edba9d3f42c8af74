"""The databases that proofs run on: clones of the migrated template, on a server of our own or the test session's."""

from __future__ import annotations

import re
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from infra.local.postgres import start_postgres
from psycopg.rows import dict_row
from tests.conftest import ROLES, TEMPLATE
from tests.harness.memory_directory import memory_directory
from tests.proofs.wire import Session

from auspex.core.database import load_sql
from auspex.platform import jobs

ROOT = Path(__file__).resolve().parents[2]
STATEMENTS = Path(__file__).with_name("statements.sql")
ROLE = "auspex_platform"
CREATED_AT = datetime(2024, 11, 1, tzinfo=UTC)
WAITS_MAX = 20_000
TABLES = """
CREATE SCHEMA proof;
CREATE TABLE proof.effects (account_id text, request_key text, PRIMARY KEY (account_id, request_key));
CREATE TABLE proof.chosen (job_id text PRIMARY KEY, units text[] NOT NULL);
GRANT USAGE ON SCHEMA proof TO auspex_platform;
GRANT ALL ON ALL TABLES IN SCHEMA proof TO auspex_platform;
"""
CLEAR = """
SET session_replication_role = replica;
TRUNCATE platform.accounts, platform.rate_buckets, platform.recent_charges, platform.reconciliations, proof.effects,
  proof.chosen CASCADE;
SET session_replication_role = origin;
"""


@dataclass(frozen=True, slots=True)
class ProofServer:
    """A running Postgres with a migrated template."""

    port: int
    superuser_password: str
    role_password: str
    template: str

    def url(self, database: str, role: str = "postgres") -> str:
        """Return a connection URL."""
        password = self.superuser_password if role == "postgres" else self.role_password
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def clone(self, name: str) -> None:
        """Make a database of the migrated template."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY".encode())

    def create_database(self, name: str, planted: str | None = None) -> None:
        """Clone the template for histories; `planted` is SQL that replaces a part of what was shipped."""
        self.clone(name)
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '100ms'".encode())
            connection.execute(f"ALTER DATABASE {name} SET jit = off".encode())
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(TABLES.encode())
            if planted is not None:
                connection.execute(planted.replace("{{url}}", self.url(name)).encode())

    def drop_database(self, name: str) -> None:
        """Forget a clone."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def own_server() -> Iterator[ProofServer]:
    """Start a Postgres for the block, without fsync, and migrate its template."""
    sys.path.insert(0, str(ROOT / "infra" / "migrations"))
    from auspex_migrations.runner import migrate

    with (
        tempfile.TemporaryDirectory(prefix="auspex-proof-") as home,
        memory_directory(Path(home)) as directory,
        start_postgres(directory, fast=True) as server,
    ):
        password = secrets.token_hex(16)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
        url = server.url(TEMPLATE).replace("postgresql://", "postgresql+psycopg://")
        migrate(url, role_passwords=dict.fromkeys(ROLES, password))
        yield ProofServer(server.port, server.superuser_password, password, TEMPLATE)


def read_statements() -> dict[str, str]:
    """Return what sessions prepare: ours, and the shipped statement that expires jobs."""
    ours = load_sql(STATEMENTS)
    shipped = re.sub(r"%\((at|idle_since)\)s", lambda m: {"at": "$1", "idle_since": "$2"}[m[1]] + "::timestamptz",
                     jobs.SQL["expire_overdue"])  # fmt: skip
    return ours | {"expire_overdue": shipped, "BEGIN": "BEGIN", "COMMIT": "COMMIT", "ROLLBACK": "ROLLBACK"}


class ProofDatabase:
    """One clone with what a batch needs of it."""

    def __init__(self, server: ProofServer, name: str) -> None:
        self._server, self._name = server, name
        self._statements = read_statements()
        self._numbers = 0
        self.superuser: psycopg.Connection[dict[str, Any]] = psycopg.connect(
            server.url(name), autocommit=True, row_factory=dict_row
        )

    def close(self) -> None:
        """End the observer's session."""
        self.superuser.close()

    def session(self) -> Session:
        """Open a session as the platform's functions have it."""
        return Session(self._server.url(self._name, ROLE), self._statements)

    def next_numbers(self, count: int) -> int:
        """Return the first of so many account numbers that nobody has had."""
        first, self._numbers = self._numbers, self._numbers + count
        return first

    def create_accounts(self, accounts: Sequence[tuple[str, str, bytes]]) -> None:
        """Make accounts with a plan and one key each."""
        ids, plans, digests = zip(*accounts, strict=True)
        self.superuser.execute(
            """WITH made AS (
                 INSERT INTO platform.accounts (account_id, name, plan, created_at)
                 SELECT a, 'proof', p, %(at)s FROM unnest(%(ids)s::text[], %(plans)s::text[]) AS x (a, p)
               )
               INSERT INTO platform.api_keys (key_id, account_id, key_sha256, mode, scopes, created_at)
               SELECT 'key_' || substr(a, 6), a, d, 'test', '{proof}', %(at)s
               FROM unnest(%(ids)s::text[], %(digests)s::bytea[]) AS x (a, d)""",
            {"ids": list(ids), "plans": list(plans), "digests": list(digests), "at": CREATED_AT},
        )

    def waiting_pids(self, pids: list[int]) -> set[int]:
        """Return which of these server processes stand in line for a lock."""
        rows = self.superuser.execute(
            "SELECT pid FROM pg_stat_activity WHERE pid = ANY (%(pids)s) AND wait_event_type = 'Lock'", {"pids": pids}
        )
        return {row["pid"] for row in rows}

    def wait_gone(self, pids: list[int]) -> None:
        """Wait until these server processes have ended, so that their transactions are undone or done."""
        for _ in range(WAITS_MAX):
            row = self.superuser.execute(
                "SELECT count(*) AS alive FROM pg_stat_activity WHERE pid = ANY (%(pids)s)", {"pids": pids}
            ).fetchone()
            if row is None or row["alive"] == 0:
                return
        raise TimeoutError(f"killed sessions live on: {pids}")

    def reconcile(self) -> list[Any]:
        """Run the shipped reconciliation and return what differs."""
        row = self.superuser.execute(
            "SELECT differences FROM platform.reconcile(%(at)s)", {"at": CREATED_AT}
        ).fetchone()
        assert row is not None
        found: list[Any] = row["differences"]
        return found

    def clear(self) -> None:
        """Forget all histories, so that reconciling stays quick."""
        for statement in CLEAR.split(";\n"):
            if statement.strip():
                self.superuser.execute(statement.encode())
        self._numbers = 0
