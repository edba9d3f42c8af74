"""Show what is left today of the caller's free analyses.
Route: GET /v1/oracle/allowance · Reads: platform.allowances, accounts · Fails: nothing of its own"""

from __future__ import annotations

from dataclasses import asdict

from pydantic import AwareDatetime

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.oracle.allowance import read_allowance
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Representation

api = endpoint(__name__, scope="oracle:read")


class OracleAllowanceOut(Representation):
    """Analyses of this UTC day over all products; `limit` and `remaining` are null on plans without a limit."""

    plan: str
    used: int
    limit: int | None
    remaining: int | None
    cooldown_until: AwareDatetime | None
    resets_at: AwareDatetime


@api.get("/v1/oracle/allowance", response_model=OracleAllowanceOut)
async def show_oracle_allowance(caller: Caller) -> OracleAllowanceOut:
    """Show how many analyses are used and left today, and until when the next one waits."""
    found = read_allowance(connect(), account_id=caller.account_id, at=current_clock().now())
    return OracleAllowanceOut.model_validate(asdict(found))


handler = api.handler
