"""Show what the account can spend.
Route: GET /v1/balance · Reads: platform.balances, allowances"""

from __future__ import annotations

from dataclasses import asdict

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.platform.endpoint import ANY_SCOPE, Caller, endpoint
from auspex.platform.ledger_reads import read_balance
from auspex.platform.ledger_representations import BalanceOut

api = endpoint(__name__, scope=ANY_SCOPE)


@api.get("/v1/balance", response_model=BalanceOut)
async def show_balance(caller: Caller) -> BalanceOut:
    """Show the tokens to spend, those set aside for work under way, and the free plan's allowance."""
    balance = read_balance(connect(), account_id=caller.account_id, at=current_clock().now())
    return BalanceOut.model_validate(asdict(balance))


handler = api.handler
