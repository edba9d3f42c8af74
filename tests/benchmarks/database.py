"""A durable Postgres for benchmarks: fsync on, migrated, with the few rows that the measured functions read."""

from __future__ import annotations

import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from infra.local.postgres import forget_postgres, start_postgres
from psycopg.rows import dict_row
from tests.conftest import ROLES

from auspex.platform.accounts import create_account, create_key

ROOT = Path(__file__).resolve().parents[2]
FILINGS = 25
CIK = 9999999001
"""The sample company's, of which FILINGS filings are stored, one of them a 10-K."""
ROWS = f"""
CREATE SCHEMA benchmark;
CREATE TABLE benchmark.effects (effect_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL);
GRANT USAGE ON SCHEMA benchmark TO auspex_filings, auspex_platform;
GRANT SELECT, INSERT ON benchmark.effects TO auspex_filings, auspex_platform;
INSERT INTO filings.companies (cik, ticker, tickers, name, sample)
VALUES ({CIK}, 'FLRK', '{{FLRK}}', 'Larkspur Instruments', true);
INSERT INTO filings.filings (accession, cik, form, base_form, is_amendment, items, filing_date, report_date,
                             accepted_at, detected_at, status, source, sample)
SELECT '9999999001-24-' || to_char(n, 'FM000000'), {CIK}, form, form, false, '{{2.02,9.01}}', date '2024-01-01' + n,
       date '2024-01-01', timestamptz '2024-01-01T21:00:00Z', timestamptz '2024-01-01T21:01:00Z', 'indexed', 'request',
       true
FROM generate_series(1, {FILINGS}) AS n, LATERAL (SELECT CASE WHEN n = 1 THEN '10-K' ELSE '8-K' END AS form) AS f;
"""


@dataclass(frozen=True, slots=True)
class BenchmarkDatabase:
    """A migrated database: connection URLs by role, one API key that may read filings, whether fsync was on."""

    urls: dict[str, str]
    key: str
    fsync: str
    superuser_url: str

    def environment(self, product: str) -> dict[str, str]:
        """Return what a function of a product needs to reach it; its rates are what no benchmark reaches."""
        return {"AUSPEX_DATABASE_URL": self.urls[f"auspex_{product}"], "AUSPEX_RATE_FACTOR": "100000"}


@contextmanager
def benchmark_database() -> Iterator[BenchmarkDatabase]:
    """Start a cluster of its own for the block and delete it afterwards."""
    sys.path.insert(0, str(ROOT / "infra" / "migrations"))
    from auspex_migrations.runner import migrate  # importable only now

    with tempfile.TemporaryDirectory(prefix="auspex-bench-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder) / "postgres"
        server = start_postgres(directory)
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute("CREATE DATABASE bench")
            passwords = {role: secrets.token_hex(16) for role in ROLES}
            migrate(server.url("bench").replace("postgresql:", "postgresql+psycopg:", 1), role_passwords=passwords)
            urls = {role: server.url("bench", role, password) for role, password in passwords.items()}
            with psycopg.connect(server.url("bench"), autocommit=True) as connection:
                connection.execute(ROWS.encode())
                shown = connection.execute("SHOW fsync").fetchone()
            fsync = shown[0] if shown else "unknown"
            yield BenchmarkDatabase(urls, _make_key(urls["auspex_platform"]), fsync, server.url("bench"))
        finally:
            server.stop()
            forget_postgres(directory)


def _make_key(url: str) -> str:
    at = datetime.now(UTC)
    with psycopg.connect(url, row_factory=dict_row) as connection:
        account_id = create_account(connection, name="benchmark", plan="premium", at=at)
        return create_key(
            connection,
            account_id=account_id,
            scopes=["filings:read", "oracle:read", "oracle:write"],
            name="benchmark",
            at=at,
        ).secret
