"""Stored answers: one row each, never changed, the owner's alone. What is shared of one is a report's own copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.problems import NotFound

SQL = load_sql(Path(__file__).with_suffix(".sql"))
SIMULATION_PREFIX = "sim"


@dataclass(frozen=True, slots=True)
class StoredSimulation:
    """An answer as kept.

    `request` is the body as it was validated; `result` is what its fingerprint names, and `result_sha256` the hash of
    its canonical JSON; `narrative` is {text, source}. `prediction_id` is set when the scorebook archived it.
    """

    id: str
    account_id: str
    route: str
    fingerprint: str
    depth: str
    origin: str
    request: dict[str, Any]
    result: dict[str, Any]
    result_sha256: str
    narrative: dict[str, str]
    prediction_id: str | None
    token_cost: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SimulationPage:
    """Answers, newest first, and where the next page begins."""

    rows: list[StoredSimulation]
    next_cursor: str | None


def insert_simulation(connection: Connection, row: StoredSimulation, *, idempotency_key: str | None) -> bool:
    """Store an answer; False when the account used the key on this route before."""
    values = {
        "id": row.id, "account_id": row.account_id, "route": row.route, "idempotency_key": idempotency_key,
        "fingerprint": row.fingerprint, "depth": row.depth, "origin": row.origin, "request": Jsonb(row.request),
        "result": Jsonb(row.result), "result_sha256": row.result_sha256, "narrative": Jsonb(row.narrative),
        "prediction_id": row.prediction_id, "token_cost": row.token_cost, "created_at": row.created_at,
    }  # fmt: skip
    return fetch_one(connection, SQL["insert_simulation"], values) is not None


def load_simulation(connection: Connection, *, account_id: str, simulation_id: str) -> StoredSimulation:
    """Return an account's answer. Raises NotFound, also for another account's."""
    row = fetch_one(connection, SQL["find_simulation"], {"account_id": account_id, "id": simulation_id})
    if row is None:
        raise NotFound(detail=f"Simulation {simulation_id} is not stored.")
    return StoredSimulation(**row)


def find_simulation_by_key(
    connection: Connection, *, account_id: str, route: str, idempotency_key: str
) -> StoredSimulation | None:
    """Return the answer that an account got with an idempotency key on a route."""
    parameters = {"account_id": account_id, "route": route, "idempotency_key": idempotency_key}
    row = fetch_one(connection, SQL["find_simulation_by_key"], parameters)
    return StoredSimulation(**row) if row else None


def list_simulations(
    connection: Connection, *, account_id: str, fingerprint: str | None, limit: int, cursor: str | None
) -> SimulationPage:
    """Return a page of an account's answers, newest first. Raises MalformedRequest for a foreign cursor."""
    filters = {"list": "simulations", "account_id": account_id, "fingerprint": fingerprint}
    (before_id,) = decode_cursor(cursor, filters=filters) if cursor else (None,)
    rows = fetch_all(
        connection, SQL["list_simulations"],
        {"account_id": account_id, "fingerprint": fingerprint, "before_id": before_id, "rows_max": limit + 1},
    )  # fmt: skip
    kept = [StoredSimulation(**row) for row in rows[:limit]]
    return SimulationPage(kept, encode_cursor([kept[-1].id], filters=filters) if len(rows) > limit else None)


def find_own_score(connection: Connection, row: StoredSimulation) -> dict[str, Any] | None:
    """Return the outcome and the score of an archived answer; None while there is none."""
    if row.prediction_id is None:
        return None
    return fetch_one(
        connection, SQL["find_own_score"], {"account_id": row.account_id, "prediction_id": row.prediction_id}
    )
