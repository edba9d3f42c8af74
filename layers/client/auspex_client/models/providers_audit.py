"""What `providers.audit` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from auspex_client.model import Model


class AuditEntry(Model):
    """One entry; `hash` is SHA-256 of `prev_hash` and the entry's canonical JSON (RFC 8785)."""

    actor: str
    at: dt.datetime
    epoch_after: int
    epoch_before: int
    evidence: dict[str, Any]
    hash: str
    id: int
    prev_hash: str
    provider_from: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str | None
    provider_to: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str | None
    reason: str
    type: (
        Literal[
            "acquire",
            "release",
            "switch",
            "failure",
            "recovered",
            "pin",
            "unpin",
            "returned",
            "stale_result",
            "health",
            "budget",
            "none_left",
        ]
        | str
    )
    verified: bool | None


class Chain(Model):
    """Whether the whole chain holds."""

    broken_at: int | None
    entries: int
    entries_verified: int
    head_hash: str
    problem: str | None
    valid: bool
