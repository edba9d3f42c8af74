"""Standard Webhooks signatures, symmetric (v1): HMAC-SHA256 over `<id>.<timestamp>.<raw body>`.

What is signed and verified are the bytes on the wire; a body that was parsed and written again is another body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets as random_source
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from auspex.core.limits import WEBHOOK_TOLERANCE_SECONDS
from auspex.core.problems import Problem

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every secret begins with, none itself
SECRET_BYTES: Final = 32
SECRET_BYTES_MIN: Final = 24
SECRET_BYTES_MAX: Final = 64
ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"
SIGNATURES_MAX: Final = 32
_VERSION = "v1"
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class SignatureInvalid(Problem):
    """A signed hook came without a signature of ours, with a wrong one, or outside the tolerance of time."""

    status, code, title = 401, "signature-invalid", "The signature does not stand"
    remedy = "Sign `<webhook-id>.<webhook-timestamp>.<body>` with the shared secret, and send it within five minutes."


class SecretMalformedError(ValueError):
    """A signing secret is no base64 of 24 to 64 bytes; its value is never part of the message."""


@dataclass(frozen=True, slots=True)
class VerifiedHook:
    """What a valid signature vouches for; `message_id` is the sender's idempotency key."""

    message_id: str
    signed_at: datetime


def make_signing_secret() -> str:
    """Return a new secret: `whsec_` and the base64 of 32 random bytes."""
    return SECRET_PREFIX + base64.b64encode(random_source.token_bytes(SECRET_BYTES)).decode()


def sign(secrets: Sequence[str], *, message_id: str, signed_at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers of a message, signed with every secret in turn (the new one first in a rotation).

    Raises SecretMalformedError, and ValueError for an id that could blur where the signed parts end.
    """
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("a message id has letters, digits, `_` and `-` only")
    if not secrets:
        raise ValueError("nothing to sign with")
    timestamp = str(int(signed_at.timestamp()))
    signatures = [_signature(_key_of(secret), message_id, timestamp, body) for secret in secrets]
    encoded = [f"{_VERSION},{base64.b64encode(signature).decode()}" for signature in signatures]
    return {ID_HEADER: message_id, TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: " ".join(encoded)}


def verify(headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str], at: datetime) -> VerifiedHook:
    """Check the raw body of a signed hook against any of the secrets, at an instant; header names in any case.

    Raises SignatureInvalid, and SecretMalformedError when a secret of ours is no secret.
    """
    keys = [_key_of(secret) for secret in secrets]
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = given.get(ID_HEADER, ""), given.get(TIMESTAMP_HEADER, "")
    listed = given.get(SIGNATURE_HEADER, "").split()
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp) or not listed:
        raise SignatureInvalid(detail=f"{ID_HEADER}, {TIMESTAMP_HEADER} or {SIGNATURE_HEADER} is missing or malformed.")
    if abs(at.timestamp() - int(timestamp)) > WEBHOOK_TOLERANCE_SECONDS:
        raise SignatureInvalid(detail=f"{TIMESTAMP_HEADER} is more than {WEBHOOK_TOLERANCE_SECONDS} s off.")
    if not _any_matches(listed, [_signature(key, message_id, timestamp, body) for key in keys]):
        raise SignatureInvalid(detail="No signature is that of a shared secret.")
    return VerifiedHook(message_id, datetime.fromtimestamp(int(timestamp), at.tzinfo))


def _any_matches(listed: Sequence[str], expected: Sequence[bytes]) -> bool:
    """Compare every signature with every expected one, each in constant time and without stopping at the first."""
    found = False
    for entry in listed[:SIGNATURES_MAX]:
        version, _, encoded = entry.partition(",")
        signature = _decoded(encoded) if version == _VERSION else b""
        for wanted in expected:
            found |= hmac.compare_digest(signature, wanted)
    return found


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()


def _key_of(secret: str) -> bytes:
    key = _decoded(secret.removeprefix(SECRET_PREFIX))
    if not SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX:
        raise SecretMalformedError(f"a signing secret is base64 of {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes")
    return key


def _decoded(encoded: str) -> bytes:
    """Return what base64 stands for, padded or not; nothing for what is no base64."""
    try:
        return base64.b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
