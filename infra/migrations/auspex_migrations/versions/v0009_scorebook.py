"""Scorebook: predictions, outcomes, scores, never edited. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the archive of forecasts and their scores."""
    execute_sql_beside(__file__, "0009_scorebook.sql")
