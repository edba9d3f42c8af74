"""Notifications: preferences, channels, digests. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create what accounts are told, and how."""
    execute_sql_beside(__file__, "0008_notifications.sql")
