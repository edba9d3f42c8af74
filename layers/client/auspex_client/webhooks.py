"""Checking that a webhook is ours (Standard Webhooks 1.0): HMAC-SHA256 over id, time and the bytes that arrived."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auspex_client.errors import WebhookRefusedError

TOLERANCE_SECONDS = 300.0
SECRET_PREFIX = "whsec_"  # noqa: S105 - how secrets begin, no secret
VERSION = "v1"


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A verified message. Deliveries may repeat: `webhook_id` is the same each time, so remember it."""

    webhook_id: str
    sent_at: float
    payload: Any


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secrets: str | Sequence[str],
    *,
    tolerance_seconds: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> WebhookMessage:
    """Return the message when one of the secrets signed exactly these bytes not long ago.

    `body` is what arrived, before anything parses it; `secrets` are the endpoint's `whsec_…`, while a rotation
    overlaps both of them; `now` is Unix time. Raises WebhookRefusedError.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        webhook_id, sent, signatures = (
            named["webhook-id"], named["webhook-timestamp"], named["webhook-signature"]
        )  # fmt: skip
    except KeyError as missing:
        raise WebhookRefusedError(f"the header {missing.args[0]} is missing") from None
    if not (sent.isascii() and sent.isdigit()):
        raise WebhookRefusedError("webhook-timestamp is no number of seconds")
    if abs((time.time() if now is None else now) - int(sent)) > tolerance_seconds:
        raise WebhookRefusedError(f"webhook-timestamp is more than {tolerance_seconds:g} s away from now")
    signed = b".".join((webhook_id.encode(), sent.encode(), body))
    wanted = [_signature(secret, signed) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    offered = [entry.partition(",")[2] for entry in signatures.split() if entry.startswith(f"{VERSION},")]
    matches = [hmac.compare_digest(ours.encode(), theirs.encode()) for ours in wanted for theirs in offered]
    if not any(matches):
        raise WebhookRefusedError("no signature is one of ours")
    try:
        payload = json.loads(body)
    except ValueError as error:
        raise WebhookRefusedError("the body is signed but no JSON") from error
    return WebhookMessage(webhook_id, float(sent), payload)


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a webhook secret is whsec_ and base64") from None
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
