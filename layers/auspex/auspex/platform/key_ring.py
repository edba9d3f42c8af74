"""The keys of an account. A key never grants beyond the key that asks: neither a scope it lacks nor a day it outlives.

Everything that changes an account's keys locks the account's row first, so revocation, rotation and creation happen
one after the other. A secret exists in the reply that first carries it and nowhere else: storage holds its SHA-256.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from auspex.core.config import DeploymentSettings, read_settings
from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.ids import new_id
from auspex.core.limits import ACCOUNT_KEYS_MAX, KEY_DAYS_MAX
from auspex.core.problems import (
    IdempotencyKeyReused,
    NotFound,
    ScopeMissing,
    Unauthenticated,
    ValidationFailed,
    pointer_error,
)
from auspex.platform.accounts import Authenticated, make_secret, require_scope, sha256_of_secret
from auspex.platform.key_problems import (
    KeyAlreadyRotated,
    KeyHasEnded,
    KeyLimitReached,
    KeyOutlivesCaller,
    KeySecretShownOnce,
)
from auspex.platform.origin import Origin

SQL = load_sql(Path(__file__).with_suffix(".sql"))
Mode = Literal["live", "test"]
State = Literal["active", "retiring", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its account sees it; `revoked_at` lies ahead while a rotated key is in its overlap."""

    key_id: str
    account_id: str
    name: str
    mode: Mode
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaces: str | None
    replaced_by: str | None

    def state_at(self, at: datetime) -> State:
        """Tell whether the key works at an instant, and if not, why; at the very instant of its end it does not."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= at:
            return "expired"
        return "active" if self.revoked_at is None else "retiring"


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key at the only moment its secret can be read."""

    key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IssueKey:
    """What a new key shall be; `account_id` None means the caller's own account."""

    name: str
    mode: Mode
    scopes: list[str]
    expires_at: datetime | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class KeyPage:
    """Keys, newest first, and where the next page begins."""

    keys: list[ApiKey]
    next_cursor: str | None


def issue_key(
    connection: Connection, *, caller: Authenticated, command: IssueKey, origin: Origin, at: datetime
) -> IssuedKey:
    """Create a key that holds no more than the caller's. Without an expiry it ends when the caller's key ends.

    Raises ScopeMissing (a scope the caller lacks, or another account without `admin`), KeyOutlivesCaller,
    ValidationFailed, KeyLimitReached, and KeySecretShownOnce for a repeated Idempotency-Key.
    """
    account_id = command.account_id or caller.account_id
    if account_id != caller.account_id:
        require_scope(caller, "admin")
    _require_scopes(caller, command.scopes)
    if not _lock_account(connection, account_id):
        raise _invalid("/account_id", "there is no such account")
    _refuse_repeat(connection, origin)
    caller_ends_at = _load_end_of_caller(connection, caller, at)
    _require_usable(command, at)
    expires_at = command.expires_at or caller_ends_at
    _require_lifetime(expires_at, within=caller_ends_at)
    _require_room(connection, account_id, at=at)
    return _insert(connection, account_id, command, expires_at=expires_at, replaces=None, origin=origin, at=at)


def rotate_key(
    connection: Connection, *, caller: Authenticated, key_id: str, overlap: timedelta, origin: Origin, at: datetime
) -> IssuedKey:
    """Replace a key of the caller's account by one with a new secret and else the same; the old one works on meanwhile.

    Raises NotFound, ScopeMissing, KeyOutlivesCaller, KeyHasEnded, KeyAlreadyRotated, KeyLimitReached, and
    KeySecretShownOnce for a repeated Idempotency-Key.
    """
    _lock_account(connection, caller.account_id)
    old = load_key(connection, account_id=caller.account_id, key_id=key_id)
    _require_scopes(caller, old.scopes, named_in_body=False)
    _refuse_repeat(connection, origin)
    if old.replaced_by is not None:
        raise KeyAlreadyRotated(
            detail=f"{key_id} was rotated already; {old.replaced_by} takes its place.", replaced_by=old.replaced_by
        )
    caller_ends_at = _load_end_of_caller(connection, caller, at)
    if old.state_at(at) in {"expired", "revoked"}:
        raise KeyHasEnded(detail=f"{key_id} is {old.state_at(at)}.")
    _require_lifetime(old.expires_at, within=caller_ends_at)
    _require_room(connection, caller.account_id, at=at, except_key_id=key_id)
    command = IssueKey(name=old.name, mode=old.mode, scopes=old.scopes)
    issued = _insert(
        connection, old.account_id, command, expires_at=old.expires_at, replaces=key_id, origin=origin, at=at
    )
    connection.execute(SQL["end_key"], {"account_id": old.account_id, "key_id": key_id, "ends_at": at + overlap})
    return issued


def revoke_key(connection: Connection, *, account_id: str, key_id: str, at: datetime) -> ApiKey:
    """End a key now, also one in its overlap; a second call changes nothing. Raises NotFound."""
    _lock_account(connection, account_id)
    connection.execute(SQL["end_key"], {"account_id": account_id, "key_id": key_id, "ends_at": at})
    return load_key(connection, account_id=account_id, key_id=key_id)


def load_key(connection: Connection, *, account_id: str, key_id: str) -> ApiKey:
    """Return one key of an account. Raises NotFound for an unknown one and for another account's."""
    row = fetch_one(connection, SQL["find_key"], {"account_id": account_id, "key_id": key_id})
    if row is None:
        raise NotFound(detail=f"There is no key {key_id}.")
    return ApiKey(**row)


def list_keys(connection: Connection, *, account_id: str, limit: int, cursor: str | None) -> KeyPage:
    """Return a page of an account's keys, ended ones among them, newest first. Raises MalformedRequest."""
    filters = {"list": "keys", "account_id": account_id}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    rows = fetch_all(connection, SQL["list_keys"], {"account_id": account_id, "before": before, "rows_max": limit + 1})
    keys = [ApiKey(**row) for row in rows[:limit]]
    more = len(rows) > limit
    return KeyPage(keys, encode_cursor([keys[-1].key_id], filters=filters) if more else None)


def _lock_account(connection: Connection, account_id: str) -> bool:
    return fetch_one(connection, SQL["lock_account"], {"account_id": account_id}) is not None


def _load_end_of_caller(connection: Connection, caller: Authenticated, at: datetime) -> datetime | None:
    """Return when the calling key ends, None for never; read under a lock, since it may have just been revoked."""
    row = fetch_one(connection, SQL["lock_calling_key"], {"key_id": caller.key_id, "at": at})
    if row is None:
        raise Unauthenticated(detail="The calling key was revoked meanwhile.")
    return min((end for end in row.values() if end is not None), default=None)


def _refuse_repeat(connection: Connection, origin: Origin) -> None:
    """Raise when this Idempotency-Key made a key before: its secret cannot be shown a second time."""
    row = fetch_one(connection, SQL["find_asked_key"], asdict(origin))
    if row is None:
        return
    if not row["same_request"]:
        raise IdempotencyKeyReused(detail="This Idempotency-Key was used for another request on this route.")
    raise KeySecretShownOnce(detail=f"This request made {row['key_id']} before.", key_id=row["key_id"])


def _require_scopes(caller: Authenticated, scopes: list[str], *, named_in_body: bool = True) -> None:
    missing = [(index, scope) for index, scope in enumerate(scopes) if not caller.may(scope)]
    if missing:
        errors = [pointer_error(f"/scopes/{index}", "the calling key does not hold it") for index, _ in missing]
        raise ScopeMissing(
            detail=f"A key grants only what the calling key holds; `{missing[0][1]}` it does not.",
            errors=errors if named_in_body else (), required_scope=missing[0][1],
        )  # fmt: skip


def _require_usable(command: IssueKey, at: datetime) -> None:
    """Refuse a key that would never work, or that would outlast what may be promised."""
    if command.mode == "test" and read_settings(DeploymentSettings).stage == "production":
        raise _invalid("/mode", "test keys do not work in production")
    if command.expires_at is not None and not at < command.expires_at <= at + timedelta(days=KEY_DAYS_MAX):
        raise _invalid("/expires_at", f"must lie ahead, by at most {KEY_DAYS_MAX} days")


def _require_lifetime(expires_at: datetime | None, *, within: datetime | None) -> None:
    if within is not None and (expires_at is None or expires_at > within):
        raise KeyOutlivesCaller


def _require_room(connection: Connection, account_id: str, *, at: datetime, except_key_id: str | None = None) -> None:
    row = fetch_one(
        connection, SQL["count_working_keys"], {"account_id": account_id, "except_key_id": except_key_id, "at": at}
    )
    if row is None or row["keys"] >= ACCOUNT_KEYS_MAX:
        raise KeyLimitReached(detail=f"{ACCOUNT_KEYS_MAX} keys of this account work; revoke one first.")


def _insert(
    connection: Connection, account_id: str, command: IssueKey, *, expires_at: datetime | None, replaces: str | None,
    origin: Origin, at: datetime,
) -> IssuedKey:  # fmt: skip
    """Store a new key. A twin of this request for another account, unseen by the lock, ends in `_refuse_repeat`."""
    secret, key_id = make_secret(command.mode), new_id("key")
    row = fetch_one(
        connection,
        SQL["insert_key"],
        asdict(origin) | {
            "key_id": key_id, "account_id": account_id, "key_sha256": sha256_of_secret(secret), "mode": command.mode,
            "name": command.name, "scopes": command.scopes, "expires_at": expires_at, "replaces": replaces, "at": at,
        },
    )  # fmt: skip
    if row is None:
        _refuse_repeat(connection, origin)
    return IssuedKey(load_key(connection, account_id=account_id, key_id=key_id), secret)


def _invalid(pointer: str, message: str) -> ValidationFailed:
    return ValidationFailed(detail=message, errors=[pointer_error(pointer, message)])
