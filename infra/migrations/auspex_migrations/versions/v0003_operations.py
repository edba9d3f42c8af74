"""Operations: cancellation, redrive, what missing units begin with. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create what jobs and dead letters need to be stopped and begun again."""
    execute_sql_beside(__file__, "0003_operations.sql")
