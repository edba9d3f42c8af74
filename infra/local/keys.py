"""The first two API keys, made by the launcher as the owner of the database and never by an open route."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from psycopg.rows import dict_row

from auspex.core.problems import Unauthenticated
from auspex.platform import accounts
from auspex.platform.ledger_admin import give_tokens

DEMO_SCOPES = ["filings", "oracle"]
ADMIN_SCOPES = ["admin", "filings", "oracle"]
STARTING_TOKENS = 10_000
HOLDER = {"demo": DEMO_SCOPES, "admin": ADMIN_SCOPES}


def create_keys(database_url: str) -> dict[str, str]:
    """Create an account with a test key each for the demo and for administration; returns the secrets by holder."""
    now = datetime.now(UTC)
    secrets = {}
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        for holder, scopes in HOLDER.items():
            account_id = accounts.create_account(connection, name=holder, plan="premium", at=now)
            give_tokens(connection, account_id=account_id, tokens=STARTING_TOKENS, reason="local stack", at=now)
            key = accounts.create_key(
                connection, account_id=account_id, scopes=scopes, name=f"{holder} (local)", at=now
            )
            secrets[holder] = key.secret
    return secrets


def keys_work(database_url: str, secrets: dict[str, str]) -> bool:
    """Tell whether every holder's key is known to this database."""
    if secrets.keys() != HOLDER.keys():
        return False
    now = datetime.now(UTC)
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        try:
            for secret in secrets.values():
                accounts.authenticate(connection, authorization=f"Bearer {secret}", at=now)
        except Unauthenticated:
            return False
    return True
