"""What fails in silence is found, what nobody needs any more goes. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add functions and retention rules."""
    execute_sql_beside(__file__, "0013_housekeeping.sql")
