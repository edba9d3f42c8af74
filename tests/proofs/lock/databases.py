"""Databases for the proof: a server of its own, one migrated template, a clone per lane, planted bugs on request."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from auspex_migrations.runner import migrate
from infra.local.postgres import start_postgres
from tests.conftest import ROLES
from tests.harness.memory_directory import memory_directory
from tests.proofs.lock.history import EFFECTS

PLANTED = Path(__file__).parent / "planted"
TEMPLATE = "lock_template"


@dataclass(frozen=True, slots=True)
class ProofServer:
    """A running Postgres with the template."""

    port: int
    superuser_password: str
    password: str

    def url(self, database: str, role: str | None = None) -> str:
        """Return a connection URL as a role, or as the superuser."""
        user, password = (role, self.password) if role else ("postgres", self.superuser_password)
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def clone(self, name: str, *, planted: str | None = None) -> None:
        """Make a database of the template, with one planted bug if one is named."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}".encode())
        if planted is not None:
            plant(self.url(name), planted)


def plant(url: str, bug: str) -> None:
    """Replace a shipped function by one with a bug."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute((PLANTED / f"{bug}.sql").read_text(encoding="utf-8").encode())


def planted_bugs() -> list[str]:
    """Return the names of the planted bugs."""
    return sorted(path.stem for path in PLANTED.glob("*.sql"))


@contextmanager
def proof_server() -> Iterator[ProofServer]:
    """Run a Postgres for the block."""
    with (
        tempfile.TemporaryDirectory(prefix="auspex-prove-lock-", ignore_cleanup_errors=True) as folder,
        memory_directory(Path(folder)) as directory,
    ):
        postgres = start_postgres(directory, fast=True)
        try:
            server = ProofServer(postgres.port, postgres.superuser_password, secrets.token_hex(16))
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
            url = server.url(TEMPLATE).replace("postgresql://", "postgresql+psycopg://")
            migrate(url, role_passwords=dict.fromkeys(ROLES, server.password))
            with psycopg.connect(server.url(TEMPLATE), autocommit=True) as connection:
                connection.execute(EFFECTS.encode())
            yield server
        finally:
            postgres.stop()
