"""What `providers` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model
from auspex_client.models.shared import Lease


class Budget(Model):
    """Money of this month (UTC). Without both prices no cost is known, so that a budget cannot be enforced."""

    enforced: bool
    limit: str | None
    used: str | None
    currency: Literal["USD"] | str | None = None


class Check(Model):
    """One check of the monitor: inference of the holder, the list of models of any other."""

    at: dt.datetime
    kind: Literal["inference", "models"] | str
    latency_ms: int
    ok: bool
    rule: str | None


class Drill(Model):
    """What would happen."""

    cooldown_until: dt.datetime | None
    epoch_after: int
    failures_needed: int | None
    kind: Literal["quota", "budget", "auth", "unavailable", "bad_output", "request", "health", "manual"] | str
    llm_available: bool
    new_provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str | None
    provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str | None
    switches: bool


class ProviderHealth(Model):
    """One provider: calls and checks of the window."""

    checks: list[Check]
    error_rate: float | None
    p50_ms: int | None
    p95_ms: int | None
    provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str
    samples: int
    state: Literal["healthy", "degraded", "unavailable", "unknown"] | str


class HealthOut(Model):
    """Every provider's health, or one's."""

    hours: int
    providers: list[ProviderHealth]


class Provider(Model):
    """One provider."""

    budget: Budget | None
    capabilities: list[Literal["json", "vision"] | str]
    configured: bool
    consecutive_bad: int
    consecutive_failures: int
    cooldown_until: dt.datetime | None
    last_error_at: dt.datetime | None
    last_ok_at: dt.datetime | None
    model: str | None
    priority: int
    provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str
    reason: str | None
    state: Literal["active", "standby", "cooling", "over_budget", "not_configured"] | str
    total_failures: int
    trips_24h: int


class Status(Model):
    """The gateway at this instant."""

    audit_count: int
    lease: Lease
    llm_available: bool
    providers: list[Provider]
