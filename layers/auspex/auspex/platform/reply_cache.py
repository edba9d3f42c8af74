"""Replies kept for a while under (account, fingerprint); hits do not prolong them. A shared cache would hand out what
others paid for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.limits import CACHED_REPLY_BYTES_MAX

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class CachedReply:
    """A reply as it was sent first, JSON text, and how old it is."""

    status: int
    body: str
    age_seconds: float


def find_cached_reply(connection: Connection, *, account_id: str, fingerprint: str, at: datetime) -> CachedReply | None:
    """Return the living reply of an account's equal request, None when there is none."""
    row = fetch_one(
        connection, SQL["find_cached_reply"], {"account_id": account_id, "fingerprint": fingerprint, "at": at}
    )
    return CachedReply(row["status"], row["body"], row["age_seconds"]) if row else None


def keep_reply(
    connection: Connection, *, account_id: str, fingerprint: str, status: int, body: str, seconds: int, at: datetime
) -> None:  # fmt: skip
    """Keep a reply for `seconds` from now; a living one stays as it is, one too large is not kept."""
    if len(body.encode()) > CACHED_REPLY_BYTES_MAX:
        return
    connection.execute(
        SQL["keep_reply"],
        {
            "account_id": account_id, "fingerprint": fingerprint, "status": status, "body": body, "at": at,
            "expires_at": at + timedelta(seconds=seconds),
        },
    )  # fmt: skip
