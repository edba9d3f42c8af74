"""Shared by every test: a real Postgres per worker, one migrated template database, a clone per test."""

from __future__ import annotations

import gc
import itertools
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg.rows import dict_row
from tests.harness.fixtures import catcher, filings_parameters, harness, make_filings, make_harness, make_toy, toy
from tests.harness.memory_directory import memory_directory

# A busy machine makes no test wrong: what is too slow is measured in tests/benchmarks.
hypothesis.settings.register_profile(
    "auspex", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("auspex")
ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
ROLES = ("auspex_platform", "auspex_filings", "auspex_providers", "auspex_oracle")
TEMPLATE = "auspex_template"
__all__ = ["catcher", "filings_parameters", "harness", "make_filings", "make_harness", "make_toy", "toy"]  # fixtures
sys.path.insert(0, str(ROOT / "infra" / "migrations"))
gc.set_threshold(50_000, 20, 50)  # the suite's many applications make every full collection long


@dataclass(frozen=True, slots=True)
class Server:
    """A running Postgres with the migrated template database."""

    port: int
    superuser_password: str
    role_passwords: dict[str, str]

    def url(self, database: str, role: str | None = None) -> str:
        """Return a connection URL as a function's role, or as the superuser."""
        user = role or "postgres"
        password = self.role_passwords[role] if role else self.superuser_password
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"


@dataclass(frozen=True, slots=True)
class Database:
    """One test's own clone of the migrated database."""

    server: Server
    name: str

    def url(self, role: str | None = "auspex_filings") -> str:
        """Return a connection URL as a function's role, or as the superuser with None."""
        return self.server.url(self.name, role)

    def connect(self, role: str | None = "auspex_filings") -> psycopg.Connection[dict[str, object]]:
        """Open an autocommit connection with dictionary rows."""
        return psycopg.connect(self.url(role), autocommit=True, prepare_threshold=None, row_factory=dict_row)


@pytest.fixture(scope="session", autouse=True)
def _remembered_network() -> Iterator[None]:
    from tests.harness.remembered_network import remembered_network  # onnxruntime takes a moment

    with remembered_network():
        yield


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from auspex_migrations.runner import migrate
    from infra.local.postgres import start_postgres

    with (
        memory_directory(tmp_path_factory.mktemp("postgres")) as directory,
        start_postgres(directory, fast=True) as postgres,
    ):
        server = Server(
            port=postgres.port,
            superuser_password=postgres.superuser_password,
            role_passwords={role: secrets.token_hex(16) for role in ROLES},
        )
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {TEMPLATE}")
        url = server.url(TEMPLATE).replace("postgresql://", "postgresql+psycopg://")
        migrate(url, role_passwords=server.role_passwords)
        yield server


_clone_numbers = itertools.count(1)


@contextmanager
def cloned(server: Server) -> Iterator[Database]:
    """Clone the migrated template database for the block."""
    name = f"clone_{next(_clone_numbers)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield Database(server=server, name=name)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(postgres_server: Server) -> Iterator[Database]:
    """A migrated, empty database of the test's own."""
    with cloned(postgres_server) as clone:
        yield clone


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded public data beside the checkout; skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs ../shared/data, which this machine lacks")
    return SHARED_DATA
