"""Webhooks: endpoints, deliveries, attempts. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create what signed deliveries are kept in."""
    execute_sql_beside(__file__, "0007_webhooks.sql")
