"""Calls, kept for ever: what was asked (as a hash), what it cost, how it ended; and for 90 days what was answered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785

from auspex.core.database import Connection, load_sql
from auspex.core.limits import LLM_RAW_BYTES_MAX
from auspex.providers.contract import Message, Usage

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One exchange with a provider; `outcome` is `ok` or the failure's class, `rule` what decided it."""

    call_id: str
    epoch: int
    provider: str
    model: str
    purpose: str
    ref_id: str
    prompt_sha256: str
    params: Mapping[str, Any]
    body: bytes
    usage: Usage
    cost_micro_usd: int | None
    latency_ms: int
    http_status: int | None
    outcome: str
    rule: str
    started_at: datetime


def store_call(connection: Connection, call: CallRecord, *, at: datetime) -> None:
    """Keep a call and add its cost to the month."""
    connection.execute(
        SQL["record_call"],
        {
            "call_id": call.call_id, "epoch": call.epoch, "provider": call.provider, "model": call.model,
            "purpose": call.purpose, "ref_id": call.ref_id, "prompt_sha256": call.prompt_sha256,
            "params": json.dumps(call.params), "raw": _storable(call.body),
            "raw_sha256": sha256_of_body(call.body), "tokens_in": call.usage.tokens_in,
            "tokens_out": call.usage.tokens_out, "cost_micro_usd": call.cost_micro_usd, "latency_ms": call.latency_ms,
            "http_status": call.http_status, "outcome": call.outcome, "rule": call.rule,
            "started_at": call.started_at, "at": at,
        },
    )  # fmt: skip


def sha256_of_body(body: bytes) -> str | None:
    """Return what identifies a body in calls and in the audit; None for none."""
    return hashlib.sha256(body).hexdigest() if body else None


def sha256_of_prompt(messages: Sequence[Message]) -> str:
    """Return the SHA-256 of the canonical JSON (RFC 8785) of a prompt."""
    return hashlib.sha256(rfc8785.dumps([dict(message) for message in messages])).hexdigest()


def _storable(body: bytes) -> str | None:
    """Return the first bytes of a body as text that Postgres holds."""
    if not body:
        return None
    text = body[:LLM_RAW_BYTES_MAX].decode("utf-8", errors="replace").replace("\x00", "\ufffd")
    return text.encode()[:LLM_RAW_BYTES_MAX].decode("utf-8", errors="ignore")
