"""Stored asks: an account's questions with their answers, one row each, never changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.problems import NotFound
from auspex.platform.ledger import refusals

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class StoredAsk:
    """An ask as kept: `params` are the request's other fields, `result` the whole reply."""

    ask_id: str
    account_id: str
    question: str
    params: dict[str, Any]
    request_sha256: str
    result: dict[str, Any]
    refused: bool
    evidence_class: str | None
    latency_ms: int
    tokens: int
    created_at: datetime
    template_key: str | None = None


@dataclass(frozen=True, slots=True)
class AskQuery:
    """Filters of a list of asks; None means any. `of_templates` lists runs of templates instead of questions.

    `asked_to` is exclusive; `ticker` is one that the ask was narrowed to, as it was given.
    """

    of_templates: bool = False
    template_key: str | None = None
    ticker: str | None = None
    refused: bool | None = None
    evidence_class: str | None = None
    asked_from: datetime | None = None
    asked_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskPage:
    """Asks, newest first, and where the next page begins."""

    asks: list[StoredAsk]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PaidAsk:
    """An ask, and what this call paid for it; None when an earlier call stored and paid it."""

    ask: StoredAsk
    tokens: int | None


def insert_ask(
    connection: Connection, ask: StoredAsk, *, idempotency_key: str | None, reservation_id: str
) -> PaidAsk:  # fmt: skip
    """Store an ask and settle its reservation; where the account used the key before, return what was stored then."""
    row = {
        "ask_id": ask.ask_id, "account_id": ask.account_id, "idempotency_key": idempotency_key,
        "question": ask.question, "params": Jsonb(ask.params), "request_sha256": ask.request_sha256,
        "result": Jsonb(ask.result), "refused": ask.refused, "evidence_class": ask.evidence_class,
        "latency_ms": ask.latency_ms, "tokens": ask.tokens, "created_at": ask.created_at,
        "reservation_id": reservation_id, "template_key": ask.template_key,
    }  # fmt: skip
    with refusals():
        paid = fetch_one(connection, SQL["insert_ask"], row)
    if paid is not None:
        return PaidAsk(ask, tokens=paid["paid"])
    assert idempotency_key is not None
    earlier = find_ask_by_key(connection, account_id=ask.account_id, idempotency_key=idempotency_key)
    assert earlier is not None
    return PaidAsk(earlier, tokens=None)


def find_ask_by_key(connection: Connection, *, account_id: str, idempotency_key: str) -> StoredAsk | None:
    """Return the ask that an account made with an idempotency key, None when there is none."""
    row = fetch_one(connection, SQL["find_ask_by_key"], {"account_id": account_id, "idempotency_key": idempotency_key})
    return StoredAsk(**row) if row else None


def load_ask(connection: Connection, *, account_id: str, ask_id: str) -> StoredAsk:
    """Return an account's ask. Raises NotFound, also for another account's."""
    row = fetch_one(connection, SQL["find_ask"], {"account_id": account_id, "ask_id": ask_id})
    if row is None:
        raise NotFound(detail=f"Ask {ask_id} is not stored.")
    return StoredAsk(**row)


def list_asks(
    connection: Connection, *, account_id: str, query: AskQuery = AskQuery(), limit: int, cursor: str | None
) -> AskPage:
    """Return a page of an account's asks, newest first. Raises MalformedRequest for a foreign cursor."""
    instants = {name: at.isoformat() if at else None for name, at in _instants(query).items()}
    filters = {"list": "asks", "account_id": account_id, **asdict(query), **instants}
    (before_id,) = decode_cursor(cursor, filters=filters) if cursor else (None,)
    parameters = asdict(query) | {"account_id": account_id, "before_id": before_id, "rows_max": limit + 1}
    asks = [StoredAsk(**row) for row in fetch_all(connection, SQL["list_asks"], parameters)]
    kept = asks[:limit]
    return AskPage(kept, encode_cursor([kept[-1].ask_id], filters=filters) if len(asks) > limit else None)


def _instants(query: AskQuery) -> dict[str, datetime | None]:
    return {"asked_from": query.asked_from, "asked_to": query.asked_to}
