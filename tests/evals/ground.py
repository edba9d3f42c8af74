"""What evaluations stand on: a fresh migrated Postgres, the model's files, intervals that say how sure a share is."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from infra.local.model import obtain_model
from infra.local.postgres import Postgres, start_postgres
from psycopg import connect
from psycopg.rows import dict_row
from tests.conftest import ROLES

from auspex.core.database import Connection

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP_ROUNDS = 2_000
ROLE = "auspex_filings"


def model_directory() -> Path:
    """Return where the embedding model lies, obtaining it when it is not there yet."""
    chosen = os.environ.get("AUSPEX_MODEL_DIRECTORY")
    directory = Path(chosen) if chosen else ROOT / ".auspex" / "model"
    obtain_model(directory)
    return directory


@contextmanager
def evaluation_server() -> Iterator[Postgres]:
    """Start a Postgres of our own and migrate its database `postgres`; all of it goes afterwards."""
    migrations = str(ROOT / "infra" / "migrations")
    if migrations not in sys.path:
        sys.path.insert(0, migrations)
    from auspex_migrations.runner import migrate

    with tempfile.TemporaryDirectory(prefix="auspex-eval-") as home, start_postgres(Path(home), fast=True) as server:
        url = server.url().replace("postgresql://", "postgresql+psycopg://")
        migrate(url, role_passwords=dict.fromkeys(ROLES, server.superuser_password))
        yield server


@contextmanager
def filings_connection(server: Postgres) -> Iterator[Connection]:
    """Connect as the filings functions do: their role, autocommit, no prepared statements."""
    url = server.url(user=ROLE, password=server.superuser_password)
    with connect(url, autocommit=True, prepare_threshold=None, row_factory=dict_row) as connection:
        yield connection


@contextmanager
def evaluation_database() -> Iterator[Connection]:
    """Give a connection as the filings role to a migrated, empty database that lives as long as this block."""
    with evaluation_server() as server, filings_connection(server) as connection:
        yield connection


def bootstrap_interval(values: Sequence[float], *, seed: int = 20240601) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean over resampled cases; (0, 0) without cases."""
    if not values:
        return 0.0, 0.0
    drawn = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    means = drawn[rng.integers(0, len(drawn), size=(BOOTSTRAP_ROUNDS, len(drawn)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
