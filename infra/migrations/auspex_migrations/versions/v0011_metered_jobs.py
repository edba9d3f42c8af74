"""Jobs whose price is counted in delivered items. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Give jobs a meter and their units items."""
    execute_sql_beside(__file__, "0011_metered_jobs.sql")
