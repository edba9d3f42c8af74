"""The monitor, every five minutes: pins that are over, the holder's check, cool-downs that end, the return rule.

Inference is asked of the holder alone; any other provider is asked for its list of models, when its cool-down is over.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from auspex.core.config import read_settings
from auspex.core.database import connect, transaction
from auspex.core.ids import new_id
from auspex.core.telemetry import count
from auspex.providers import lease, lease_control
from auspex.providers.adapters import call_parameters, request_completion, request_models
from auspex.providers.budget import cost_micro_usd
from auspex.providers.call_store import CallRecord, sha256_of_body, sha256_of_prompt, store_call
from auspex.providers.classify import Failure, classify, not_configured
from auspex.providers.contract import FailureClass, ProviderReply, Usage
from auspex.providers.health import OWN_PURPOSE
from auspex.providers.output import read_answer
from auspex.providers.settings import Configuration, GatewaySettings, Provider, read_configuration
from auspex.providers.status import GatewayStatus, ProviderStatus, read_status

CHECK_SECONDS = 10.0
CHECK_TOKENS = 5
CHECK_MESSAGES = ({"role": "user", "content": "reply ok"},)
FRESH_MINUTES = 5
AT_ONCE = frozenset({FailureClass.QUOTA, FailureClass.AUTH})
"""Classes that need no third check: the key does not get better by asking again."""
ACTOR = "providers-monitor"
HTTP_OK = 200


def watch_providers(at: datetime) -> dict[str, Any]:
    """Run one round of the monitor and return what it did, as counts."""
    done: Counter[str] = Counter()
    configuration = read_configuration()
    with transaction() as connection:
        done["unpinned"] += lease_control.unpin(connection, actor=ACTOR, reason="expired", at=at, only_expired=True)
    if not configuration.providers:
        return {"configured": 0, **done}
    _check_holder(configuration, at, done)
    status = read_status(connect(), configuration=configuration, at=at)
    better = read_settings(GatewaySettings).provider_return == "auto"
    for one in _to_ask(status, better=better):
        _check_models(one, status, configuration, at, done)
    if better:
        with transaction() as connection:
            returned = lease.return_to_better(connection, configuration=configuration, actor=ACTOR, at=at)
        done["returned"] += returned is not None
    _take_when_free(configuration, at, done)
    return {"configured": len(configuration.providers), **done}


def _check_holder(configuration: Configuration, at: datetime, done: Counter[str]) -> None:
    """Ask the holder for two words, unless it answered somebody in the last minutes."""
    status = read_status(connect(), configuration=configuration, at=at)
    active = next((one for one in status.providers if one.counts["provider"] == status.lease.provider), None)
    if active is None:
        return
    epoch, last_ok_at = status.lease.epoch, active.counts["last_ok_at"]
    if active.settings is None:
        _report(epoch, not_configured(at), configuration, at, {})
        done["handed_over"] += 1
    elif last_ok_at is None or last_ok_at <= at - timedelta(minutes=FRESH_MINUTES):
        _ask_holder(active.settings, epoch, configuration, at, done)


def _ask_holder(provider: Provider, epoch: int, configuration: Configuration, at: datetime, done: Counter[str]) -> None:
    parameters = call_parameters(provider, max_output_tokens=CHECK_TOKENS, json=False)
    reply = request_completion(provider, CHECK_MESSAGES, parameters, deadline=time.monotonic() + CHECK_SECONDS)
    failure, usage = _verdict(reply, at)
    call_id = new_id("call")
    cost = cost_micro_usd(usage, price_in=provider.price_in, price_out=provider.price_out)
    record = CallRecord(
        call_id=call_id, epoch=epoch, provider=provider.name, model=provider.model, purpose=OWN_PURPOSE,
        ref_id=at.isoformat(), prompt_sha256=sha256_of_prompt(CHECK_MESSAGES), params=parameters, body=reply.body,
        usage=usage, cost_micro_usd=cost, latency_ms=reply.latency_ms, http_status=reply.http_status,
        outcome=failure.failure_class.value if failure else "ok", rule=failure.rule if failure else "ok",
        started_at=at,
    )  # fmt: skip
    with transaction() as connection:
        store_call(connection, record, at=at)
        followed = lease.record_check(
            connection, provider=provider.name, kind="inference", ok=failure is None, latency_ms=reply.latency_ms,
            rule=failure.rule if failure else None, epoch=epoch, configuration=configuration, actor=ACTOR, at=at,
        )  # fmt: skip
    done["checked"] += 1
    done["failed"] += failure is not None
    done["handed_over"] += followed == "tripped"
    if failure is not None and followed is None and failure.failure_class in AT_ONCE:
        _report(epoch, failure, configuration, at, {"call_id": call_id, "body_sha256": sha256_of_body(reply.body)})
        done["handed_over"] += 1


def _verdict(reply: ProviderReply, at: datetime) -> tuple[Failure | None, Usage]:
    """Return what is wrong with a check's reply; an empty text is none, for five tokens may all be thought."""
    if reply.http_status != HTTP_OK or reply.fault is not None:
        return classify(reply, at=at), Usage()
    reading = read_answer(reply.body, schema=None)
    failure = reading.failure
    return (None if failure is None or failure.rule == "empty" else failure), reading.usage


def _report(epoch: int, failure: Failure, configuration: Configuration, at: datetime, evidence: dict[str, Any]) -> None:
    with transaction() as connection:
        lease.record_failure(
            connection, epoch=epoch, failure=failure, started_at=at, configuration=configuration, actor=ACTOR,
            evidence=evidence, at=at,
        )  # fmt: skip


def _to_ask(status: GatewayStatus, *, better: bool) -> list[ProviderStatus]:
    """Return the providers off the lease whose cool-down is over, and (to return to) those of a better priority."""
    present = next((p for p in status.providers if p.counts["provider"] == status.lease.provider), None)
    asked = []
    for one in status.providers:
        if one.settings is None or one is present or not one.counts["eligible"]:
            continue
        rested = one.counts["cooldown_until"] is not None
        preferred = better and present is not None and one.counts["priority"] < present.counts["priority"]
        if rested or preferred:
            asked.append(one)
    return asked


def _check_models(
    one: ProviderStatus, status: GatewayStatus, configuration: Configuration, at: datetime, done: Counter[str]
) -> None:
    assert one.settings is not None
    reply = request_models(one.settings, deadline=time.monotonic() + CHECK_SECONDS)
    failure = None if reply.http_status == HTTP_OK and reply.fault is None else classify(reply, at=at)
    with transaction() as connection:
        followed = lease.record_check(
            connection, provider=one.settings.name, kind="models", ok=failure is None, latency_ms=reply.latency_ms,
            rule=failure.rule if failure else None, epoch=status.lease.epoch, configuration=configuration,
            actor=ACTOR, at=at,
        )  # fmt: skip
    done["models_checked"] += 1
    done["recovered"] += followed == "recovered"


def _take_when_free(configuration: Configuration, at: datetime, done: Counter[str]) -> None:
    """Take the lease when nobody holds it: the first provider to leave its cool-down."""
    with transaction() as connection:
        held = lease.acquire(connection, configuration=configuration, actor=ACTOR, reason="monitor", at=at)
    done["held"] += held.provider is not None
    if held.provider is None:
        count("ProvidersNoneLeft")
