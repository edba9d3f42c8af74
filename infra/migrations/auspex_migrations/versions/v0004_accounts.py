"""Accounts and keys over HTTP. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Remember who asked for accounts and keys, and which key a rotation replaced."""
    execute_sql_beside(__file__, "0004_accounts.sql")
