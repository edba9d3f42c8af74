"""Identifiers: ULIDs with a noun's prefix, sortable by time, 80 random bits."""

from __future__ import annotations

import re
import secrets
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID_PATTERN = re.compile(r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
UUID_PATTERN = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
TRACEPARENT_PATTERN = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")


def new_ulid(*, at_milliseconds: int | None = None) -> str:
    """Return a ULID of 26 Crockford base-32 characters; the first ten carry the time."""
    milliseconds = time.time_ns() // 1_000_000 if at_milliseconds is None else at_milliseconds
    number = (milliseconds << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_id(prefix: str) -> str:
    """Return `<prefix>_<ulid>`."""
    return f"{prefix}_{new_ulid()}"


def is_request_id(value: str) -> bool:
    """Tell whether a caller's request id has the shape of a ULID or UUID."""
    return bool(ULID_PATTERN.match(value) or UUID_PATTERN.match(value))


def new_traceparent(parent: str | None = None) -> str:
    """Return a W3C traceparent: the parent's trace with a new span, or a new trace."""
    trace_id = parent[3:35] if parent and TRACEPARENT_PATTERN.match(parent) else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"
