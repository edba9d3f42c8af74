"""The gateway to LLM providers: lease, states, audit chain. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the schema of the provider gateway."""
    execute_sql_beside(__file__, "0006_providers.sql")
