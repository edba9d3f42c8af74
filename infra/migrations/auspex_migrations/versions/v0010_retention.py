"""Retention: the one role that deletes, and what it deleted. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the retention role and its functions."""
    execute_sql_beside(__file__, "0010_retention.sql")
