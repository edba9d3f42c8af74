"""The audit: every change of the holder, chained by hashes, so that an altered, removed or inserted entry shows.

hash = SHA-256(previous hash, as hexadecimal text ‖ canonical JSON of the entry, RFC 8785). Postgres computes it when it
writes; here `rfc8785` computes it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rfc8785

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.limits import PROVIDER_AUDIT_ENTRIES_VERIFIED_MAX

SQL = load_sql(Path(__file__).with_suffix(".sql"))
FIRST_HASH = "0" * 64
BATCH_ROWS = 5_000
FIELDS = (
    "id", "type", "provider_from", "provider_to", "epoch_before", "epoch_after", "actor", "reason", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Filters of the audit; None means any. `since` is included, `until` is not."""

    since: datetime | None = None
    until: datetime | None = None
    provider: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first; each has `verified`, None unless it was asked for."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """How far the chain holds. `broken_at` is the first entry that does not fit, `problem` says in which way."""

    entries: int
    entries_verified: int
    head_hash: str
    broken_at: int | None = None
    problem: str | None = None

    @property
    def valid(self) -> bool:
        """Tell whether every entry looked at fits."""
        return self.problem is None


def hash_of_event(event: Mapping[str, Any], *, previous: str) -> str:
    """Return the hash that an entry must have after `previous`."""
    at = event["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    document = {name: event[name] for name in FIELDS} | {"at": at}
    return hashlib.sha256(previous.encode() + rfc8785.dumps(document)).hexdigest()


def list_events(
    connection: Connection, query: AuditQuery, *, verify: bool, limit: int, cursor: str | None
) -> AuditPage:
    """Return a page of the audit, newest first; with `verify` each entry says whether it fits its own hash and the
    entry before it. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "provider-audit", **asdict(query)}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    rows = fetch_all(connection, SQL["list_events"], asdict(query) | {"before": before, "rows_max": limit + 1})
    shown = rows[:limit]
    for row in shown:
        expected = row.pop("hash_before") if row["id"] > 1 else row.pop("hash_before") or FIRST_HASH
        row["verified"] = _fits(row, expected) if verify else None
    following = encode_cursor([shown[-1]["id"]], filters=filters) if len(rows) > limit else None
    return AuditPage(shown, following)


def verify_chain(connection: Connection) -> ChainVerdict:
    """Recompute the chain, its newest entries if it is longer than the cap, and compare its end with the lease's."""
    head = fetch_one(connection, SQL["chain_head"], {})
    assert head is not None
    entries, head_hash = int(head["audit_count"]), str(head["audit_hash"])
    first = max(1, entries - PROVIDER_AUDIT_ENTRIES_VERIFIED_MAX + 1)
    expected_id, previous = first, FIRST_HASH if first == 1 else None
    while batch := fetch_all(connection, SQL["list_chain"], {"first": expected_id, "rows_max": BATCH_ROWS}):
        for row in batch:
            problem = _problem(row, expected_id, previous)
            if problem is not None:
                return ChainVerdict(entries, expected_id - first, head_hash, expected_id, problem)
            expected_id, previous = expected_id + 1, row["hash"]
    verified = expected_id - first
    if expected_id != entries + 1 or (previous or FIRST_HASH) != head_hash:
        return ChainVerdict(entries, verified, head_hash, expected_id, "the newest entries are missing")
    return ChainVerdict(entries, verified, head_hash)


def _problem(row: Mapping[str, Any], expected_id: int, previous: str | None) -> str | None:
    if row["id"] != expected_id:
        return "an entry is missing"
    if previous is not None and row["prev_hash"] != previous:
        return "the entry does not follow the one before it"
    return None if _fits(row, row["prev_hash"]) else "the entry was altered"


def _fits(row: Mapping[str, Any], previous: str | None) -> bool:
    return bool(row["prev_hash"] == previous and row["hash"] == hash_of_event(row, previous=row["prev_hash"]))
