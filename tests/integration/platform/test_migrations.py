"""Migrations: from nothing to head, again without effect, and with least privilege."""

from __future__ import annotations

import psycopg
import pytest
from auspex_migrations.runner import head_revision, migrate
from tests.conftest import Database


def test_second_migration_changes_nothing_and_names_the_head(database: Database) -> None:
    url = database.url(None).replace("postgresql://", "postgresql+psycopg://")
    assert migrate(url, role_passwords=database.server.role_passwords) == head_revision()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM platform.jobs",
        "UPDATE platform.outbox SET sent_at = NULL",
        "DELETE FROM filings.kpis",
        "UPDATE filings.sections SET text = ''",
        "CREATE TABLE filings.mine (id int)",
    ],
)
def test_a_product_role_is_refused_what_it_does_not_need(database: Database, statement: str) -> None:
    with database.connect() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("hnsw.iterative_scan", "strict_order"),
        ("hnsw.ef_search", "100"),
        ("jit", "off"),
        ("max_parallel_workers_per_gather", "0"),
    ],
)
def test_search_settings_hang_on_the_filings_role(database: Database, setting: str, value: str) -> None:
    with database.connect() as connection:
        assert connection.execute("SELECT current_setting(%s) AS value", (setting,)).fetchone() == {"value": value}
