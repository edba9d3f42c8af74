"""Platform schema. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create accounts, jobs and delivery."""
    execute_sql_beside(__file__, "0001_platform.sql")
