"""The lease of the one active provider. Each function is one statement, whose SQL function locks the lease row.

`accept_result` is the fence: a product calls it in the transaction that stores what a model said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.providers.classify import Failure
from auspex.providers.settings import Configuration

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lease: `provider` is None when nobody can."""

    state: str
    provider: str | None
    model: str | None
    epoch: int
    pinned_strictly: bool
    cooling: bool
    spent_micro_usd: int


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a failure led to: `stale` when its epoch was over, `counted` when it told something new, the holder now."""

    stale: bool
    counted: bool
    state: str
    provider: str | None
    epoch: int


def acquire(connection: Connection, *, configuration: Configuration, actor: str, reason: str, at: datetime) -> Holder:
    """Return the holder, taking the lease when nobody has it; while somebody holds it nothing changes."""
    parameters = {"candidates": json.dumps(configuration.candidates()), "actor": actor, "reason": reason, "at": at}
    row = fetch_one(connection, SQL["acquire"], parameters)
    assert row is not None
    return Holder(**row)


def record_failure(
    connection: Connection,
    *,
    epoch: int,
    failure: Failure,
    started_at: datetime,
    configuration: Configuration,
    actor: str,
    evidence: Mapping[str, Any],
    at: datetime,
) -> Consequence:
    """Count a provider's failure and switch where its class says so; with an old epoch nothing changes.

    `evidence` holds text, whole numbers, booleans and None alone: it enters the audit chain's canonical JSON.
    """
    row = fetch_one(
        connection,
        SQL["record_failure"],
        {
            "epoch": epoch, "failure_class": failure.failure_class.value, "started_at": started_at,
            "cooldown_until": failure.cooldown_until, "candidates": json.dumps(configuration.candidates()),
            "actor": actor, "evidence": json.dumps({"rule": failure.rule, **evidence}), "at": at,
        },
    )  # fmt: skip
    assert row is not None
    return Consequence(**row)


def record_success(connection: Connection, *, epoch: int, actor: str, at: datetime) -> bool:
    """Forget the failures in a row; False when the epoch is over, so that the answer is worth nothing."""
    row = fetch_one(connection, SQL["record_success"], {"epoch": epoch, "actor": actor, "at": at})
    assert row is not None
    return bool(row["standing"])


def accept_result(connection: Connection, *, epoch: int, call_id: str, at: datetime) -> bool:
    """Tell, in the transaction that stores a call's result, whether it may be stored.

    True holds the lease until the transaction ends: nobody switches in between. False: store nothing of it, commit (the
    refusal is kept), and do the whole run again or serve your own core. Call it after every other lock is taken and
    right before the commit, for a switch waits on it.
    """
    row = fetch_one(connection, SQL["accept_result"], {"epoch": epoch, "call_id": call_id, "at": at})
    assert row is not None
    return bool(row["accepted"])


def record_check(
    connection: Connection,
    *,
    provider: str,
    kind: Literal["inference", "models"],
    ok: bool,
    latency_ms: int,
    rule: str | None,
    epoch: int,
    configuration: Configuration,
    actor: str,
    at: datetime,
) -> str | None:
    """Keep what the monitor found, and return what followed of it: `tripped`, `recovered`, `prolonged`, `stale`."""
    row = fetch_one(
        connection,
        SQL["record_check"],
        {
            "provider": provider, "kind": kind, "ok": ok, "latency_ms": latency_ms, "rule": rule, "epoch": epoch,
            "candidates": json.dumps(configuration.candidates()), "actor": actor, "at": at,
        },
    )  # fmt: skip
    assert row is not None
    consequence: str | None = row["consequence"]
    return consequence


def return_to_better(connection: Connection, *, configuration: Configuration, actor: str, at: datetime) -> str | None:
    """Move the lease back to a better priority where its rules allow it, and return the provider; None else."""
    parameters = {"candidates": json.dumps(configuration.candidates()), "actor": actor, "at": at}
    row = fetch_one(connection, SQL["return_to_better"], parameters)
    assert row is not None
    provider: str | None = row["provider"]
    return provider
