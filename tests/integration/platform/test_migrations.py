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


def test_search_settings_hang_on_the_filings_role(database: Database) -> None:
    with database.connect() as connection:
        row = connection.execute("SELECT current_setting('hnsw.iterative_scan') AS scan").fetchone()
    assert row == {"scan": "strict_order"}
