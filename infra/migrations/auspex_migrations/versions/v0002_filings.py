"""Filings schema. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create filings, documents, figures and the index."""
    execute_sql_beside(__file__, "0002_filings.sql")
