"""Opaque list cursors: signed, and bound to the filters they were made under."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from auspex.core.config import Settings, read_secret, read_settings
from auspex.core.limits import CURSOR_CHARACTERS_MAX
from auspex.core.problems import MalformedRequest, pointer_error

SIGNATURE_BYTES = 16


class CursorSettings(Settings):
    """Where the signing key is."""

    cursor_secret_arn: str = ""


def encode_cursor(position: list[Any], *, filters: dict[str, Any]) -> str:
    """Return a cursor that continues after `position` (JSON values) under exactly these filters."""
    payload = json.dumps(position, separators=(",", ":"), default=str).encode()
    return base64.urlsafe_b64encode(_sign(payload, filters) + payload).decode().rstrip("=")


def decode_cursor(cursor: str, *, filters: dict[str, Any]) -> list[Any]:
    """Return the position in a cursor. Raises MalformedRequest when it is not ours or not of this query."""
    position = _verified_position(cursor, filters)
    if position is None:
        raise MalformedRequest(
            detail="The cursor does not belong to this list and these filters.",
            errors=[pointer_error("/cursor", "use `next_cursor` of the page before, with the same filters")],
        )
    return position


def _verified_position(cursor: str, filters: dict[str, Any]) -> list[Any] | None:
    if len(cursor) > CURSOR_CHARACTERS_MAX:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(payload, filters)):
        return None
    position: list[Any] = json.loads(payload)
    return position


def _sign(payload: bytes, filters: dict[str, Any]) -> bytes:
    key = str(read_secret(read_settings(CursorSettings).cursor_secret_arn)["key"]).encode()
    bound = json.dumps(filters, sort_keys=True, separators=(",", ":"), default=str).encode()
    return hmac.new(key, hashlib.sha256(bound).digest() + payload, hashlib.sha256).digest()[:SIGNATURE_BYTES]
