"""What enters the ledger from outside: grants and adjustments, refunds, payments. Each is one transaction per key."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from auspex.core.database import Connection, fetch_one, load_sql
from auspex.core.ids import new_ulid
from auspex.core.problems import IdempotencyKeyReused
from auspex.platform.ledger import refusals
from auspex.platform.ledger_reads import load_transaction
from auspex.platform.origin import Origin

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class GrantTokens:
    """Tokens for an account; an adjustment may be negative, but never leaves a balance below zero."""

    account_id: str
    tokens: int
    kind: Literal["grant", "adjust"]
    note: str


@dataclass(frozen=True, slots=True)
class RefundTokens:
    """Tokens of one charge to pay back; None: all that is left of it."""

    transaction_id: str
    tokens: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that succeeded, as the payment provider tells it; `pack` is the number of tokens bought."""

    payment_id: str
    account_id: str
    pack: int
    event_id: str


def grant_tokens(
    connection: Connection, command: GrantTokens, *, origin: Origin, request_key: str, request_id: str, at: datetime
) -> dict[str, Any]:
    """Give (or adjust by) tokens once per request key and return the transaction.

    Raises NotFound for an unknown account, BalanceTooSmall, IdempotencyKeyReused.
    """
    parameters = asdict(command) | _asked(origin, request_key, request_id, at)
    return _posted(connection, "grant_tokens", parameters, origin)


def give_tokens(connection: Connection, *, account_id: str, tokens: int, reason: str, at: datetime) -> None:
    """Give tokens in the name of nobody: the launcher and tests, before there is an administrator."""
    parameters = {
        "account_id": account_id, "tokens": tokens, "kind": "grant", "note": reason, "created_by": None,
        "request_sha256": None, "request_id": None, "request_key": f"launcher#{new_ulid()}", "at": at,
    }  # fmt: skip
    connection.execute(SQL["grant_tokens"], parameters)


def refund_tokens(
    connection: Connection, command: RefundTokens, *, origin: Origin, request_key: str, request_id: str, at: datetime
) -> dict[str, Any]:
    """Pay a charge back once per request key and return the transaction.

    Raises NotFound for an unknown transaction, RefundExceedsCharge, IdempotencyKeyReused.
    """
    parameters = asdict(command) | _asked(origin, request_key, request_id, at)
    return _posted(connection, "refund_tokens", parameters, origin)


def receive_payment(connection: Connection, payment: Payment, *, request_id: str, at: datetime) -> bool:
    """Top up once per payment id; False for one that is known. Raises NotFound for an unknown account."""
    with refusals():
        row = fetch_one(connection, SQL["top_up"], asdict(payment) | {"request_id": request_id, "at": at})
    assert row is not None
    return bool(row["made"])


def _asked(origin: Origin, request_key: str, request_id: str, at: datetime) -> dict[str, Any]:
    return {
        "created_by": origin.created_by, "request_sha256": origin.request_sha256, "request_id": request_id, "at": at,
        "request_key": f"{origin.route}#{origin.created_by}#{request_key}",
    }  # fmt: skip


def _posted(connection: Connection, statement: str, parameters: dict[str, Any], origin: Origin) -> dict[str, Any]:
    with refusals():
        row = fetch_one(connection, SQL[statement], parameters)
    assert row is not None
    found = fetch_one(connection, SQL["find_transaction"], {"transaction_id": row["transaction_id"]})
    assert found is not None
    if not row["made"] and found["request_sha256"] != origin.request_sha256:
        raise IdempotencyKeyReused(detail="This Idempotency-Key was used with another body on this route.")
    return load_transaction(connection, account_id=found["account_id"], transaction_id=row["transaction_id"])
