"""Money: ledger, balances, reservations, allowance, rates, cache. Deploy phase: before the code."""

from auspex_migrations.runner import execute_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create what admission and money are decided by."""
    execute_sql_beside(__file__, "0005_money.sql")
