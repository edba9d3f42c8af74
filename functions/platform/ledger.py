"""List the account's ledger.
Route: GET /v1/ledger · Reads: platform.ledger_transactions, ledger_entries"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from auspex.core.database import connect
from auspex.platform.endpoint import ANY_SCOPE, Caller, endpoint
from auspex.platform.ledger_reads import LedgerQuery, list_transactions
from auspex.platform.ledger_representations import Kind, TransactionOut
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit
from auspex.platform.representations import JobId

api = endpoint(__name__, scope=ANY_SCOPE)


@api.get("/v1/ledger", page_of=TransactionOut)
async def list_own_ledger(
    caller: Caller,
    kind: Annotated[Kind | None, Query()] = None,
    job_id: Annotated[JobId | None, Query()] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[TransactionOut]:
    """List the account's transactions, newest first; each says what was there after it."""
    found = list_transactions(
        connect(), LedgerQuery(kind=kind, job_id=job_id), account_id=caller.account_id, limit=limit, cursor=cursor
    )
    return Page(rows=[TransactionOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
