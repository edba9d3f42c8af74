"""Retention of what the platform no longer needs. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add retention rules."""
    execute_sql_beside(__file__, "0013_housekeeping.sql")
