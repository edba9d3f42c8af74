"""Ask: the core's answer in one transaction, or a provider's between two, stored under the fence with its payment."""

from __future__ import annotations

import time

from auspex.core.clock import Clock
from auspex.core.database import Connection, transaction
from auspex.core.ids import new_id
from auspex.core.limits import ASK_SECONDS_MAX
from auspex.filings.answer_question import (
    AskQuestion,
    Outcome,
    QueryEmbedder,
    answer_question,
    find_answer,
    find_earlier,
    make_ask,
)
from auspex.filings.ask_provider import Offer, ask_provider, gather_material
from auspex.filings.ask_store import PaidAsk, StoredAsk, insert_ask
from auspex.filings.prices import ASK_PROVIDER_TOKENS
from auspex.providers.contract import LlmResult
from auspex.providers.settings import is_any_configured


class _StaleError(Exception):
    """The provider was changed before its answer could be stored."""


def ask_question(*, clock: Clock, embedder: QueryEmbedder, command: AskQuestion, reservation_id: str) -> PaidAsk:
    """Answer a question by a provider where one is wanted and its answer is proven in time, else by the core.

    Opens its own transactions: none may be open while a provider is asked. Raises as `answer_question`.
    """
    if command.provider == "none" or not is_any_configured():
        with transaction() as connection:
            return answer_question(
                connection, clock=clock, embedder=embedder, command=command, reservation_id=reservation_id
            )
    started = time.monotonic()
    at, ask_id = clock.now(), new_id("ask")
    with transaction() as connection:
        earlier = find_earlier(connection, command)
        if earlier is not None:
            return earlier
        outcome = find_answer(
            connection, embedder=embedder, question=command.question, tickers=command.tickers, as_of=command.as_of or at
        )
        material = (
            gather_material(connection, outcome.standing, embedder=embedder, question=command.question)
            if outcome.standing is not None
            else None
        )
    offer = Offer()
    if material is not None:
        offer = ask_provider(material, clock=clock, ref_id=ask_id, deadline=started + ASK_SECONDS_MAX)
    return _store(ask_id, command, outcome, offer, clock=clock, started=started, reservation_id=reservation_id)


def _store(
    ask_id: str, command: AskQuestion, outcome: Outcome, offer: Offer, *, clock: Clock, started: float,
    reservation_id: str,
) -> PaidAsk:  # fmt: skip
    """Store and pay the provider's answer while its epoch stands, else the core's: one transaction."""
    at = clock.now()
    latency_ms = round((time.monotonic() - started) * 1000)
    key, fallback_from = command.idempotency_key, offer.fallback_from
    with transaction() as connection:
        if offer.answer is not None and offer.result is not None:
            ask = make_ask(
                ask_id, command, offer.answer, latency_ms=latency_ms, at=at, tokens=ASK_PROVIDER_TOKENS,
                source=offer.source,
            )  # fmt: skip
            paid = insert_fenced(connection, ask, offer.result, key=key, reservation_id=reservation_id)
            if paid is not None:
                return paid
            fallback_from = offer.source
        ask = make_ask(ask_id, command, outcome.answer, latency_ms=latency_ms, at=at, fallback_from=fallback_from)
        return insert_ask(connection, ask, idempotency_key=key, reservation_id=reservation_id)


def insert_fenced(
    connection: Connection, ask: StoredAsk, result: LlmResult, *, key: str | None, reservation_id: str
) -> PaidAsk | None:
    """Store a provider's answer, the fence last; None when it may not be stored, which the fence then has noted."""
    from auspex.providers.lease import accept_result  # noqa: PLC0415 - only where a provider was asked

    def passes() -> bool:
        return accept_result(connection, epoch=result.epoch, call_id=result.call_id, at=ask.created_at)

    try:
        with connection.transaction():
            paid = insert_ask(connection, ask, idempotency_key=key, reservation_id=reservation_id)
            if paid.tokens is None or passes():
                return paid
            raise _StaleError  # noqa: TRY301 - rolls the savepoint back
    except _StaleError:
        passes()  # the savepoint took its note of the refusal with it
    return None
