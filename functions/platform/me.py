"""Tell a caller who it is.
Route: GET /v1/me · Reads: platform.accounts, api_keys · Fails: nothing of its own"""

from __future__ import annotations

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.platform.account_admin import load_account
from auspex.platform.account_representations import AccountOut, KeyOut, MeOut
from auspex.platform.endpoint import ANY_SCOPE, Caller, endpoint
from auspex.platform.key_ring import load_key

api = endpoint(__name__, scope=ANY_SCOPE)


@api.get("/v1/me", response_model=MeOut)
async def show_me(caller: Caller) -> MeOut:
    """Show the calling key with its scopes and expiry, and its account with its plan."""
    account = load_account(connect(), account_id=caller.account_id)
    key = load_key(connect(), account_id=caller.account_id, key_id=caller.key_id)
    return MeOut(account=AccountOut.model_validate(account), key=KeyOut.of(key, at=current_clock().now()))


handler = api.handler
