"""What an operator does to the lease: take or move it, give it up, pin a provider. Each enters the audit."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.problems import IdempotencyKeyReused, Problem
from auspex.platform.origin import Origin
from auspex.providers.problems import AlreadyHeld, NoProvider, ProviderNotConfigured, StaleEpoch
from auspex.providers.settings import Configuration

SQL = load_sql(Path(__file__).with_suffix(".sql"))
OUTCOMES: dict[str, type[Problem]] = {
    "already_held": AlreadyHeld,
    "no_provider": NoProvider,
    "not_configured": ProviderNotConfigured,
    "stale_epoch": StaleEpoch,
}


def take_lease(
    connection: Connection,
    *,
    provider: str | None,
    configuration: Configuration,
    actor: str,
    reason: str,
    at: datetime,
    origin: Origin | None = None,
) -> None:
    """Acquire the lease when nobody holds it, or move it to the provider named, whose cool-down ends.

    A request that comes again under its Idempotency-Key changes nothing. Raises AlreadyHeld, NoProvider,
    ProviderNotConfigured, IdempotencyKeyReused.
    """
    if origin is not None and origin.idempotency_key is not None and not _is_new(connection, origin, at):
        return
    _run(
        connection, "take_lease",
        {"provider": provider, "candidates": json.dumps(configuration.candidates()), "actor": actor,
         "reason": reason, "at": at},
    )  # fmt: skip


def release_lease(connection: Connection, *, epoch: int, actor: str, reason: str, at: datetime) -> None:
    """Give the lease up; the next question acquires it anew. Raises StaleEpoch unless `epoch` is the present one."""
    _run(connection, "release_lease", {"epoch": epoch, "actor": actor, "reason": reason, "at": at})


def pin_provider(
    connection: Connection,
    *,
    provider: str,
    until: datetime,
    strict: bool,
    configuration: Configuration,
    actor: str,
    reason: str,
    at: datetime,
) -> None:
    """Move the lease to a provider and keep it there until an instant.

    Strictly: no failover, and no model is asked while it fails. Else the first failover ends the pin. Raises
    ProviderNotConfigured.
    """
    _run(
        connection, "pin",
        {"provider": provider, "until": until, "strict": strict,
         "candidates": json.dumps(configuration.candidates()), "actor": actor, "reason": reason, "at": at},
    )  # fmt: skip


def unpin(connection: Connection, *, actor: str, reason: str, at: datetime, only_expired: bool = False) -> bool:
    """End the pin (only one whose time is over, if so asked); False when there is none to end."""
    parameters = {"only_expired": only_expired, "actor": actor, "reason": reason, "at": at}
    row = fetch_one(connection, SQL["unpin"], parameters)
    assert row is not None
    return bool(row["unpinned"])


def _run(connection: Connection, operation: str, parameters: dict[str, Any]) -> None:
    row = fetch_one(connection, SQL[operation], parameters)
    assert row is not None
    if row["outcome"] != "ok":
        raise OUTCOMES[row["outcome"]]


def _is_new(connection: Connection, origin: Origin, at: datetime) -> bool:
    """Keep the request's key; False for a repetition. Raises IdempotencyKeyReused for another request's key."""
    asked = asdict(origin) | {"at": at}
    if fetch_one(connection, SQL["keep_request"], asked) is not None:
        return True
    earlier = fetch_one(connection, SQL["find_request"], asked)
    if earlier is None or not earlier["same_request"]:
        raise IdempotencyKeyReused(detail="This Idempotency-Key was used with another body on this route.")
    return False
