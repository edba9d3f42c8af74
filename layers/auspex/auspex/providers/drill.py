"""What would happen if: the shipped operations run for real in a transaction that is always rolled back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from auspex.core.database import Connection
from auspex.providers import lease, lease_control
from auspex.providers.classify import Failure, budget_spent, classify
from auspex.providers.contract import FailureClass, ProviderReply
from auspex.providers.problems import NoProvider
from auspex.providers.settings import Configuration
from auspex.providers.status import LeaseState, read_lease, read_status

DrillKind = Literal["quota", "budget", "auth", "unavailable", "bad_output", "request", "health", "manual"]
ATTEMPTS_MAX = 3
ACTOR = "drill"
REPLIES: dict[str, ProviderReply] = {
    "quota": ProviderReply(http_status=429, body=b'{"error": {"code": "insufficient_quota"}}'),
    "auth": ProviderReply(http_status=401),
    "unavailable": ProviderReply(http_status=503),
    "request": ProviderReply(http_status=400),
}


@dataclass(frozen=True, slots=True)
class DrillOutcome:
    """What a failure of a kind would lead to. `failures_needed` is None when no number of them switches."""

    kind: str
    provider: str | None
    switches: bool
    new_provider: str | None
    epoch_after: int
    failures_needed: int | None
    cooldown_until: datetime | None
    llm_available: bool


def run_drill(
    connection: Connection, *, kind: DrillKind, provider: str | None, configuration: Configuration, at: datetime
) -> DrillOutcome:
    """Tell what a failure of this kind would do, of the holder or of a provider that is imagined to hold the lease.

    Nothing is kept. Raises NoProvider, ProviderNotConfigured.
    """
    with connection.transaction(force_rollback=True):
        before = _imagine_holder(connection, provider, configuration, at)
        attempts = 0
        for attempts in range(1, ATTEMPTS_MAX + 1):
            _fail_once(connection, kind, before, configuration, at + timedelta(seconds=attempts))
            if read_lease(connection, configuration=configuration, at=at).epoch != before.epoch:
                break
        later = at + timedelta(seconds=ATTEMPTS_MAX + 1)
        after = read_status(connection, configuration=configuration, at=later)
        switches = after.lease.epoch != before.epoch
        counts = next(one.counts for one in after.providers if one.counts["provider"] == before.provider)
        return DrillOutcome(
            kind=kind, provider=before.provider, switches=switches,
            new_provider=after.lease.provider if switches else None, epoch_after=after.lease.epoch,
            failures_needed=attempts if switches else None,
            cooldown_until=counts["cooldown_until"] if counts["cooling"] else None, llm_available=after.llm_available,
        )  # fmt: skip


def _imagine_holder(
    connection: Connection, provider: str | None, configuration: Configuration, at: datetime
) -> LeaseState:
    held = read_lease(connection, configuration=configuration, at=at)
    if held.state == "none" or provider not in {None, held.provider}:
        lease_control.take_lease(
            connection, provider=provider, configuration=configuration, actor=ACTOR, reason=ACTOR, at=at
        )
        held = read_lease(connection, configuration=configuration, at=at)
    if held.provider is None:
        raise NoProvider
    return held


def _fail_once(
    connection: Connection, kind: DrillKind, held: LeaseState, configuration: Configuration, at: datetime
) -> None:
    special: dict[str, Callable[[], None]] = {
        "health": lambda: _fail_check(connection, held, configuration, at),
        "manual": lambda: _move_on(connection, held, configuration, at),
        "request": lambda: None,  # a request of ours that is refused counts for nobody
    }
    if kind in special:
        special[kind]()
        return
    lease.record_failure(
        connection, epoch=held.epoch, failure=_failure(kind, at), started_at=at, configuration=configuration,
        actor=ACTOR, evidence={}, at=at,
    )  # fmt: skip


def _failure(kind: str, at: datetime) -> Failure:
    if kind == "budget":
        return budget_spent(at)
    if kind == "bad_output":
        return Failure(FailureClass.BAD_OUTPUT, ACTOR)
    return classify(REPLIES[kind], at=at)


def _fail_check(connection: Connection, held: LeaseState, configuration: Configuration, at: datetime) -> None:
    lease.record_check(
        connection, provider=str(held.provider), kind="inference", ok=False, latency_ms=0, rule=ACTOR,
        epoch=held.epoch, configuration=configuration, actor=ACTOR, at=at,
    )  # fmt: skip


def _move_on(connection: Connection, held: LeaseState, configuration: Configuration, at: datetime) -> None:
    if held.next_provider is None:
        raise NoProvider
    lease_control.take_lease(
        connection, provider=held.next_provider, configuration=configuration, actor=ACTOR, reason=ACTOR, at=at
    )
