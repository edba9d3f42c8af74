"""`complete()`: ask the one active provider, class what comes back, keep the call, let the lease conclude.

No hedging, racing or voting, and never another provider for one call: who fails over is the whole deployment.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from psycopg.pq import TransactionStatus

from auspex.core.clock import Clock, current_clock
from auspex.core.database import Connection, connect, transaction
from auspex.core.faults import fault_point
from auspex.core.ids import new_id
from auspex.core.limits import LLM_CALL_SECONDS_MAX, LLM_CALL_SECONDS_MIN, LLM_PROMPT_BYTES_MAX
from auspex.core.telemetry import count, logger
from auspex.providers import lease
from auspex.providers.adapters import call_parameters, request_completion
from auspex.providers.budget import cost_micro_usd
from auspex.providers.call_store import CallRecord, sha256_of_body, sha256_of_prompt, store_call
from auspex.providers.classify import Failure, budget_spent, classify, not_configured
from auspex.providers.contract import (
    COUNTED,
    FailureClass,
    LlmRequest,
    LlmResult,
    LlmUnavailable,
    Message,
    ProviderReply,
    UnavailableReason,
    Usage,
)
from auspex.providers.lease import Consequence
from auspex.providers.output import Answer, Reading, read_answer
from auspex.providers.settings import Configuration, Provider, read_configuration

HTTP_OK = 200
ASKS_MAX = 2
"""The question, and one re-ask after an answer that cannot be used."""
COMPLAINT = (
    "Your last reply cannot be used: {complaints}. Answer the question again with one JSON document that fits the "
    "schema, and nothing around it."
)
SCHEMA_INSTRUCTION = (
    "Reply with one JSON document and nothing else: no prose, no code fence. It must fit this JSON Schema:\n{schema}"
)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one `complete()` works with."""

    request: LlmRequest
    configuration: Configuration
    provider: Provider
    epoch: int
    clock: Clock
    deadline: float


@dataclass(frozen=True, slots=True)
class _Ask:
    """One exchange and what was made of it."""

    call_id: str
    prompt_sha256: str
    parameters: dict[str, Any]
    reply: ProviderReply
    reading: Reading
    cost_micro_usd: int | None
    started_at: datetime


def complete(request: LlmRequest, *, clock: Clock | None = None) -> LlmResult:
    """Answer a request by the active provider, or raise LlmUnavailable; the caller then uses its own core.

    Not inside a transaction: a call takes seconds, and its record must survive the caller's rollback. Raises ValueError
    for a prompt above the cap, `json_schema.UnknownKeywordError` for a schema that cannot be checked.
    """
    if connect().info.transaction_status != TransactionStatus.IDLE:
        raise RuntimeError("complete() must not run inside a transaction")
    turn = _begin(request, clock or current_clock())
    messages = [*_with_schema(request)]
    if len(json.dumps(messages).encode()) > LLM_PROMPT_BYTES_MAX:
        raise ValueError(f"the prompt exceeds {LLM_PROMPT_BYTES_MAX} bytes")
    for asks_left in reversed(range(ASKS_MAX)):
        ask = _ask(turn, messages)
        if ask.reading.answer is not None:
            return _succeed(turn, ask, ask.reading.answer)
        failure = ask.reading.failure
        assert failure is not None
        out_of_time = turn.deadline - time.monotonic() < LLM_CALL_SECONDS_MIN
        if failure.failure_class is not FailureClass.BAD_OUTPUT or not asks_left or out_of_time:
            _fail(turn, ask, failure)
        with transaction() as connection:
            _keep(connection, turn, ask, outcome=failure.failure_class.value, rule=failure.rule)
        messages += _reask(ask.reading)
    raise AssertionError("unreachable")


def _begin(request: LlmRequest, clock: Clock) -> _Turn:
    """Find the holder and everything that speaks against asking it."""
    configuration = read_configuration()
    if not configuration.providers:
        raise LlmUnavailable("not_configured")
    deadline = min(request.deadline, time.monotonic() + LLM_CALL_SECONDS_MAX)
    if deadline - time.monotonic() < LLM_CALL_SECONDS_MIN:
        raise LlmUnavailable("deadline")
    with transaction() as connection:
        held = lease.acquire(
            connection, configuration=configuration, actor=request.purpose, reason="asked", at=clock.now()
        )
    if held.provider is None:
        raise LlmUnavailable("no_provider", epoch=held.epoch)
    if request.epoch is not None and request.epoch != held.epoch:
        raise LlmUnavailable("stale_epoch", redo=True, epoch=held.epoch)
    provider = configuration.find(held.provider)
    if provider is None:
        _hand_over(request, configuration, held.epoch, not_configured(clock.now()), clock.now())
    if held.pinned_strictly and held.cooling:
        raise LlmUnavailable("unavailable", epoch=held.epoch)
    if not request.capabilities <= provider.capabilities:
        raise LlmUnavailable("capability_missing", epoch=held.epoch)
    budget = provider.enforced_budget_micro_usd
    if budget is not None and held.spent_micro_usd >= budget:
        _hand_over(request, configuration, held.epoch, budget_spent(clock.now()), clock.now())
    return _Turn(request, configuration, provider, held.epoch, clock, deadline)


def _hand_over(
    request: LlmRequest, configuration: Configuration, epoch: int, failure: Failure, at: datetime
) -> NoReturn:
    """Report what makes the holder useless before it is even asked."""
    with transaction() as connection:
        after = lease.record_failure(
            connection, epoch=epoch, failure=failure, started_at=at, configuration=configuration,
            actor=request.purpose, evidence={"ref_id": request.ref_id}, at=at,
        )  # fmt: skip
    _raise(failure, after, epoch)


def _with_schema(request: LlmRequest) -> list[Message]:
    """Return the messages, with the schema as an instruction in front of them."""
    if request.json_schema is None:
        return [*request.messages]
    schema = json.dumps(request.json_schema, ensure_ascii=False, separators=(",", ":"))
    return [{"role": "system", "content": SCHEMA_INSTRUCTION.format(schema=schema)}, *request.messages]


def _reask(reading: Reading) -> list[Message]:
    """Return what is added to the conversation after an answer that cannot be used."""
    said: list[Message] = [{"role": "assistant", "content": reading.text}] if reading.text else []
    return [*said, {"role": "user", "content": COMPLAINT.format(complaints="; ".join(reading.complaints))}]


def _ask(turn: _Turn, messages: list[Message]) -> _Ask:
    """Send one call and read what comes back; nothing is kept yet."""
    request, provider = turn.request, turn.provider
    parameters = call_parameters(
        provider, max_output_tokens=request.max_output_tokens, json=request.json_schema is not None
    )
    started_at = turn.clock.now()
    reply = request_completion(provider, messages, parameters, deadline=turn.deadline)
    fault_point("providers.answered")
    if reply.http_status == HTTP_OK and reply.fault is None:
        reading = read_answer(reply.body, schema=request.json_schema)
    else:
        reading = Reading(None, classify(reply, at=turn.clock.now()), Usage())
    cost = cost_micro_usd(reading.usage, price_in=provider.price_in, price_out=provider.price_out)
    return _Ask(new_id("call"), sha256_of_prompt(messages), parameters, reply, reading, cost, started_at)


def _keep(connection: Connection, turn: _Turn, ask: _Ask, *, outcome: str, rule: str) -> None:
    """Keep one exchange, whatever came of it."""
    store_call(
        connection,
        CallRecord(
            call_id=ask.call_id, epoch=turn.epoch, provider=turn.provider.name, model=turn.provider.model,
            purpose=turn.request.purpose, ref_id=turn.request.ref_id, prompt_sha256=ask.prompt_sha256,
            params=ask.parameters, body=ask.reply.body, usage=ask.reading.usage, cost_micro_usd=ask.cost_micro_usd,
            latency_ms=ask.reply.latency_ms, http_status=ask.reply.http_status, outcome=outcome, rule=rule,
            started_at=ask.started_at,
        ),
        at=turn.clock.now(),
    )  # fmt: skip
    count("LlmCalls", provider=turn.provider.name, outcome=outcome)


def _succeed(turn: _Turn, ask: _Ask, answer: Answer) -> LlmResult:
    """Keep the call and its success. Raises LlmUnavailable when its epoch ended while it was under way."""
    with transaction() as connection:
        _keep(connection, turn, ask, outcome="ok", rule="ok")
        standing = lease.record_success(connection, epoch=turn.epoch, actor=turn.request.purpose, at=turn.clock.now())
    if not standing:
        raise LlmUnavailable("stale_epoch", redo=True, epoch=turn.epoch)
    return LlmResult(
        text=answer.text, parsed=answer.parsed, provider=turn.provider.name, model=turn.provider.model,
        epoch=turn.epoch, call_id=ask.call_id, usage=ask.reading.usage, cost_micro_usd=ask.cost_micro_usd,
        repairs=answer.repairs,
    )  # fmt: skip


def _fail(turn: _Turn, ask: _Ask, failure: Failure) -> NoReturn:
    """Keep the call and let the lease count its failure; a request of ours that is refused counts for nobody."""
    at = turn.clock.now()
    after = None
    with transaction() as connection:
        _keep(connection, turn, ask, outcome=failure.failure_class.value, rule=failure.rule)
        if failure.failure_class in COUNTED:
            evidence = {
                "call_id": ask.call_id, "ref_id": turn.request.ref_id, "http_status": ask.reply.http_status,
                "body_sha256": sha256_of_body(ask.reply.body),
            }  # fmt: skip
            after = lease.record_failure(
                connection, epoch=turn.epoch, failure=failure, started_at=ask.started_at,
                configuration=turn.configuration, actor=turn.request.purpose, evidence=evidence, at=at,
            )  # fmt: skip
    logger().warning(
        "provider failed",
        extra={"provider": turn.provider.name, "class": failure.failure_class.value, "rule": failure.rule},
    )
    if after is None:
        count("LlmRequestsRefused")
        raise LlmUnavailable("request", epoch=turn.epoch)
    _raise(failure, after, turn.epoch)


def _raise(failure: Failure, after: Consequence, epoch: int) -> NoReturn:
    """Tell the caller why, and whether another provider is active now."""
    if after.state == "none":
        count("ProvidersNoneLeft")
    reason: UnavailableReason = "stale_epoch" if after.stale else failure.failure_class.value
    redo = after.state == "held" and after.epoch != epoch
    raise LlmUnavailable(reason, redo=redo, epoch=after.epoch, retry_after_seconds=failure.retry_after_seconds)
