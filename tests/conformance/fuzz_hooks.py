"""Schemathesis's keys on the running stack: a new account every second, since generated requests revoke and rotate."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import psycopg
import schemathesis
from psycopg.rows import dict_row

from auspex.platform.accounts import create_account, create_key
from auspex.platform.ledger_admin import give_tokens

DATABASE_URL = "AUSPEX_FUZZ_DATABASE_URL"
SCOPES = ["admin", "filings", "oracle", "providers"]
TOKENS = 1_000


@schemathesis.auth(refresh_interval=1)
class FreshKey:
    """An administrator's key of an account that nobody else uses."""

    def get(self, _: Any, __: Any) -> str:
        """Make a key as the launcher makes its own."""
        now = datetime.now(UTC)
        with psycopg.connect(os.environ[DATABASE_URL], row_factory=dict_row) as connection:
            account_id = create_account(connection, name="fuzz", plan="premium", at=now)
            give_tokens(connection, account_id=account_id, tokens=TOKENS, reason="fuzz", at=now)
            return create_key(connection, account_id=account_id, scopes=SCOPES, name="fuzz", at=now).secret

    def set(self, case: Any, data: str, _: Any) -> None:
        """Send the key."""
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}
