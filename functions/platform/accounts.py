"""Create, list, show and change accounts, for administrators.
Route: POST, GET /v1/accounts · GET, PATCH /v1/accounts/{account_id} · Reads, writes: platform.accounts
Fails: not-found, own-account, idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import Path, Query
from pydantic import Field, model_validator

from auspex.core.clock import current_clock
from auspex.core.database import connect, transaction
from auspex.core.limits import ACCOUNT_NAME_CHARACTERS_MAX
from auspex.platform.account_admin import (
    AccountChange,
    AccountQuery,
    change_account,
    list_accounts,
    load_account,
    open_account,
)
from auspex.platform.account_representations import ACCOUNT_PATTERN, AccountOut, AccountStatus, Plan, PrintableName
from auspex.platform.endpoint import Caller, IdempotencyKey, endpoint
from auspex.platform.origin import Origin
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Request

ROUTE = "/v1/accounts"
AccountName = Annotated[str, PrintableName, Field(max_length=ACCOUNT_NAME_CHARACTERS_MAX, examples=["Example Ltd"])]
AccountId = Annotated[str, Path(pattern=ACCOUNT_PATTERN, examples=["acct_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"])]

api = endpoint(__name__, scope="admin")


class CreateAccount(Request):
    """A new account; it has no key until one is made with its `account_id`."""

    name: AccountName
    plan: Plan = "free"


class ChangeAccount(Request):
    """What changes; a field left out stays as it is."""

    name: AccountName | None = None
    plan: Plan | None = None
    status: AccountStatus | None = None

    @model_validator(mode="after")
    def change_something(self) -> Self:
        """Refuse a request that changes nothing."""
        if self.name is None and self.plan is None and self.status is None:
            raise ValueError("give at least one of name, plan, status")
        return self


@api.post(ROUTE, status_code=201, response_model=AccountOut)
async def create_account(body: CreateAccount, caller: Caller, idempotency_key: IdempotencyKey) -> AccountOut:
    """Create an account."""
    origin = Origin.of(caller.account_id, ROUTE, idempotency_key, body.model_dump(mode="json"))
    with transaction() as connection:
        row = open_account(connection, name=body.name, plan=body.plan, origin=origin, at=current_clock().now())
    return AccountOut.model_validate(row)


@api.get(ROUTE, page_of=AccountOut)
async def list_all_accounts(
    _: Caller,
    plan: Annotated[Plan | None, Query()] = None,
    status: Annotated[AccountStatus | None, Query()] = None,
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[AccountOut]:
    """List accounts, newest first."""
    found = list_accounts(connect(), AccountQuery(plan=plan, status=status), limit=limit, cursor=cursor)
    return Page(rows=[AccountOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


@api.get(ROUTE + "/{account_id}", response_model=AccountOut)
async def show_account(account_id: AccountId, _: Caller) -> AccountOut:
    """Show one account."""
    return AccountOut.model_validate(load_account(connect(), account_id=account_id))


@api.patch(ROUTE + "/{account_id}", response_model=AccountOut)
async def update_account(account_id: AccountId, body: ChangeAccount, caller: Caller) -> AccountOut:
    """Rename an account, move it to another plan, suspend it or make it active again.

    The keys of a suspended account are refused with 401 from the next request on, and work again once it is active.
    """
    change = AccountChange(name=body.name, plan=body.plan, status=body.status)
    with transaction() as connection:
        row = change_account(connection, caller_account_id=caller.account_id, account_id=account_id, change=change)
    return AccountOut.model_validate(row)


handler = api.handler
