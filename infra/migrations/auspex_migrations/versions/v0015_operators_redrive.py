"""Jobs that an operator began again cost nothing; one way to route a notification. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Replace the functions, and take a right back."""
    execute_sql_beside(__file__, "0015_operators_redrive.sql")
