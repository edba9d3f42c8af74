"""Oracle: competitions, matches, parameters, simulations, reports. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the schema oracle, its role and its functions."""
    execute_sql_beside(__file__, "0012_oracle.sql")
