"""What an operator sees of the lease and of each provider, and what follows for callers: are models available?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.providers.settings import Configuration, Provider

SQL = load_sql(Path(__file__).with_suffix(".sql"))
Standing = Literal["active", "standby", "cooling", "over_budget", "not_configured"]


@dataclass(frozen=True, slots=True)
class LeaseState:
    """The lease; the pin's fields are None when there is none that still stands."""

    state: str
    provider: str | None
    model: str | None
    epoch: int
    held_since: datetime | None
    acquired_by: str | None
    reason: str | None
    audit_count: int
    pinned_until: datetime | None
    pin_strict: bool | None
    pinned_by: str | None
    next_provider: str | None


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """One provider: its counts as stored, its settings (None when it is not configured), and where it stands."""

    counts: dict[str, Any]
    settings: Provider | None
    standing: Standing
    reason: str | None


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """Everything at one instant."""

    lease: LeaseState
    providers: list[ProviderStatus]
    llm_available: bool


def read_lease(connection: Connection, *, configuration: Configuration, at: datetime) -> LeaseState:
    """Return the lease as it stands, and who would be next."""
    row = fetch_one(connection, SQL["read_lease"], _parameters(configuration, at))
    assert row is not None
    return LeaseState(**row)


def read_status(connection: Connection, *, configuration: Configuration, at: datetime) -> GatewayStatus:
    """Return the lease, every provider, and whether a question asked now would be sent to anybody."""
    lease = read_lease(connection, configuration=configuration, at=at)
    rows = fetch_all(connection, SQL["list_providers"], _parameters(configuration, at))
    found = [_provider(row, configuration.find(row["provider"]), lease) for row in rows]
    active = next((one for one in found if one.counts["provider"] == lease.provider), None)
    if active is None:
        available = any(one.counts["eligible"] for one in found)
    else:
        resting = bool(active.counts["cooling"] and lease.pin_strict)
        available = not resting and (active.settings is not None or lease.next_provider is not None)
    return GatewayStatus(lease, found, available)


def _provider(row: dict[str, Any], settings: Provider | None, lease: LeaseState) -> ProviderStatus:
    budget = None if settings is None else settings.enforced_budget_micro_usd
    standing: Standing = "standby"
    reason = None
    if settings is None:
        standing, reason = "not_configured", "no key or no model"
    elif budget is not None and row["spent_micro_usd"] >= budget:
        standing, reason = "over_budget", "monthly budget spent"
    elif row["cooling"] and not row["eligible"]:
        standing, reason = "cooling", row["cooldown_kind"]
    elif row["provider"] == lease.provider:
        standing = "active"
    return ProviderStatus(row, settings, standing, reason)


def _parameters(configuration: Configuration, at: datetime) -> dict[str, Any]:
    return {"candidates": json.dumps(configuration.candidates()), "at": at}
