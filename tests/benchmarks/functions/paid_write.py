"""Commit one row that costs a token: key, scope, rate limit, replay, price, charge, effect, as on every paid route.
Route: POST /v1/benchmark/effects · Writes: benchmark.effects

DynamoDB is not measured: a table in this process's memory stands in its place. Every statement sent is counted."""

from __future__ import annotations

from typing import Any

import psycopg
from stand_ins import TableInMemory  # type: ignore[import-not-found] # beside this file in the measured process

from auspex.core.aws import use_client
from auspex.core.database import transaction
from auspex.platform.charging import fixed_price
from auspex.platform.endpoint import Caller, IdempotencyKey, endpoint
from auspex.platform.replies import Representation, Request

MONEY = ("platform.admit(", "platform.spend(", "platform.reserve(", "platform.settle(", "platform.release(")


class NewEffect(Request):
    """One row."""

    key: str


class EffectOut(Representation):
    """One row."""

    key: str


sent: list[str] = []
_send = psycopg.Cursor.execute


def _note_and_send(cursor: psycopg.Cursor[Any], query: Any, *arguments: Any, **options: Any) -> Any:
    sent.append(str(query))
    return _send(cursor, query, *arguments, **options)


api = endpoint(__name__, scope="filings:read")


@api.post(
    "/v1/benchmark/effects", scope="filings:read", status_code=201, response_model=EffectOut, price=fixed_price(1)
)
async def create_effect(body: NewEffect, caller: Caller, key: IdempotencyKey) -> EffectOut:
    """Commit one row."""
    with transaction() as connection:
        connection.execute("INSERT INTO benchmark.effects (key) VALUES (%s)", (body.key,))
    return EffectOut(key=body.key)


use_client("dynamodb", TableInMemory())
psycopg.Cursor.execute = _note_and_send  # type: ignore[method-assign,assignment] # every statement of the process


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serve a request and tell which statements it took."""
    sent.clear()
    reply: dict[str, Any] = api.handler(event, context)
    money = [statement for statement in sent if any(name in statement for name in MONEY)]
    return reply | {"postgres_calls": len(sent), "money_calls": len(money)}
