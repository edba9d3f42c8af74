"""What evaluations stand on: a fresh migrated Postgres, the model's files, intervals that say how sure a share is."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from infra.local.model import obtain_model
from infra.local.postgres import start_postgres
from psycopg import connect
from psycopg.rows import dict_row

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
def evaluation_database() -> Iterator[Connection]:
    """Start a Postgres of our own, migrate it, and give a connection as the filings role; all of it goes afterwards."""
    migrations = str(ROOT / "infra" / "migrations")
    if migrations not in sys.path:
        sys.path.insert(0, migrations)
    from auspex_migrations.runner import migrate

    passwords = {role: secrets.token_hex(16) for role in ("auspex_platform", ROLE)}
    with (
        tempfile.TemporaryDirectory(prefix="auspex-eval-") as folder,
        start_postgres(Path(folder), fast=True) as server,
    ):
        migrate(server.url().replace("postgresql://", "postgresql+psycopg://"), role_passwords=passwords)
        url = server.url(user=ROLE, password=passwords[ROLE])
        with connect(url, autocommit=True, prepare_threshold=None, row_factory=dict_row) as connection:
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
