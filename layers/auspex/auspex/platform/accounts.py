"""Accounts and their API keys. A key is shown once and stored as SHA-256; the account is the only tenant."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from auspex.core.config import DeploymentSettings, read_settings
from auspex.core.database import Connection, load_sql
from auspex.core.ids import new_id
from auspex.core.problems import ScopeMissing, Unauthenticated

SQL = load_sql(Path(__file__).with_suffix(".sql"))
KEY_RANDOM_BYTES = 32
ANY_WRITE_SCOPE = "any:write"
"""Scope of routes that decide where an account is told things: some scope of the key is more than reading."""
_BEARER = re.compile(r"^Bearer (?P<key>apx_(?:live|test)_[A-Za-z0-9_-]{43})$")


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Who calls, and what the key may do."""

    account_id: str
    key_id: str
    scopes: frozenset[str]
    plan: str

    def may(self, scope: str) -> bool:
        """Tell whether the key holds a scope: write includes read, a bare product grants both, admin is apart."""
        if scope == ANY_WRITE_SCOPE:
            return any(not held.endswith(":read") for held in self.scopes)
        product, _, verb = scope.partition(":")
        return scope in self.scopes or (
            bool(verb) and (product in self.scopes or (verb == "read" and f"{product}:write" in self.scopes))
        )


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the only moment it can be read."""

    key_id: str
    secret: str = field(repr=False)


def authenticate(connection: Connection, *, authorization: str | None, at: datetime) -> Authenticated:
    """Return the holder of a bearer key. Raises Unauthenticated without saying which part was wrong."""
    secret = bearer_of(authorization)
    digest = sha256_of_secret(secret or "")
    row = connection.execute(SQL["authenticate"], {"key_sha256": digest, "at": at}).fetchone() if secret else None
    if row is None or not hmac.compare_digest(bytes(row["key_sha256"]), digest):
        raise Unauthenticated(detail="This API key is unknown, expired or revoked, or its account is suspended.")
    refuse_test_key(row["mode"])
    return Authenticated(
        account_id=row["account_id"], key_id=row["key_id"], scopes=frozenset(row["scopes"]), plan=row["plan"]
    )


def bearer_of(authorization: str | None) -> str | None:
    """Return the key in an Authorization header, None when there is none of our form."""
    match = _BEARER.match(authorization or "")
    return match["key"] if match else None


def refuse_test_key(mode: str) -> None:
    """Raise Unauthenticated for a test key in production."""
    if mode == "test" and read_settings(DeploymentSettings).stage == "production":
        raise Unauthenticated(detail="Test keys do not work in production.")


def require_scope(caller: Authenticated, scope: str) -> None:
    """Raise ScopeMissing unless the caller's key holds the scope."""
    if not caller.may(scope):
        needed = "a key that may do more than read" if scope == ANY_WRITE_SCOPE else f"the scope `{scope}`"
        raise ScopeMissing(detail=f"This route needs {needed}.", required_scope=scope)


def make_secret(mode: str) -> str:
    """Return a new key of 256 random bits; `mode` is `live` or `test`."""
    return f"apx_{mode}_{secrets.token_urlsafe(KEY_RANDOM_BYTES)}"


def sha256_of_secret(secret: str) -> bytes:
    """Return what is stored of a key, 32 bytes. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def create_account(connection: Connection, *, name: str, plan: str, at: datetime) -> str:
    """Create an account and return its id."""
    account_id = new_id("acct")
    connection.execute(SQL["insert_account"], {"account_id": account_id, "name": name, "plan": plan, "at": at})
    return account_id


def create_key(
    connection: Connection,
    *,
    account_id: str,
    scopes: list[str],
    name: str,
    at: datetime,
    mode: str = "test",
    expires_at: datetime | None = None,
) -> NewKey:
    """Create a key of 256 random bits; the secret is in the return value and nowhere else."""
    secret = make_secret(mode)
    key_id = new_id("key")
    connection.execute(
        SQL["insert_key"],
        {
            "key_id": key_id,
            "account_id": account_id,
            "key_sha256": sha256_of_secret(secret),
            "mode": mode,
            "name": name,
            "scopes": scopes,
            "at": at,
            "expires_at": expires_at,
        },
    )
    return NewKey(key_id=key_id, secret=secret)
