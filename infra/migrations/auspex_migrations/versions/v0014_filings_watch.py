"""Filings: watchlists, the feed, guidance and expectations, templates, evaluations. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create what watching, remembering guidance and reading templates need."""
    execute_sql_beside(__file__, "0014_filings_watch.sql")
