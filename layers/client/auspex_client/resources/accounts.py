"""`client.accounts`.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from typing import Literal

from auspex_client.calls import OMIT, CallOptions, Omit, Operation, given
from auspex_client.models.shared import Account
from auspex_client.replies import Page, Reply
from auspex_client.resource import Resource

LIST_ALL_ACCOUNTS = Operation("list_all_accounts", "GET", "/v1/accounts")
CREATE_ACCOUNT = Operation("create_account", "POST", "/v1/accounts")
SHOW_ACCOUNT = Operation("show_account", "GET", "/v1/accounts/{account_id}")
UPDATE_ACCOUNT = Operation("update_account", "PATCH", "/v1/accounts/{account_id}")


class Accounts(Resource):
    """Operations of `accounts`."""

    def list(
        self,
        *,
        plan: Literal["free", "prepaid", "premium"] | None = None,
        status: Literal["active", "suspended"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        options: CallOptions | None = None,
    ) -> Page[Account]:
        """List accounts, newest first.

        `limit`: Rows of the page. `cursor`: `next_cursor` of the page before, same filters.

        GET /v1/accounts, scope `admin`.
        """
        return self._auspex.page(
            LIST_ALL_ACCOUNTS,
            Account,
            query=given({"plan": plan, "status": status, "limit": limit, "cursor": cursor}),
            options=options,
        )

    def create(
        self,
        name: str,
        *,
        plan: Literal["free", "prepaid", "premium"] | None = None,
        options: CallOptions | None = None,
    ) -> Reply[Account]:
        """Create an account.

        POST /v1/accounts, scope `admin`.
        """
        return self._auspex.call(CREATE_ACCOUNT, Account, body=given({"name": name, "plan": plan}), options=options)

    def show(self, account_id: str, *, options: CallOptions | None = None) -> Reply[Account]:
        """Show one account.

        GET /v1/accounts/{account_id}, scope `admin`.
        """
        return self._auspex.call(SHOW_ACCOUNT, Account, path={"account_id": account_id}, options=options)

    def update(
        self,
        account_id: str,
        *,
        name: str | Omit | None = OMIT,
        plan: Literal["free", "prepaid", "premium"] | Omit | None = OMIT,
        status: Literal["active", "suspended"] | Omit | None = OMIT,
        options: CallOptions | None = None,
    ) -> Reply[Account]:
        """Rename an account, move it to another plan, suspend it or make it active again.

        The keys of a suspended account are refused with 401 from the next request on, and work again once it is active.

        PATCH /v1/accounts/{account_id}, scope `admin`.
        """
        return self._auspex.call(
            UPDATE_ACCOUNT,
            Account,
            path={"account_id": account_id},
            body=given({}, {"name": name, "plan": plan, "status": status}),
            options=options,
        )
