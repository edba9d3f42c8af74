"""The archive: predictions go in when they are issued, outcomes when they are known; nothing is changed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.errors import CheckViolation
from psycopg.types.json import Jsonb

from auspex.core.clock import format_instant
from auspex.core.cursors import decode_cursor, encode_cursor
from auspex.core.database import Connection, fetch_all, load_sql
from auspex.core.ids import new_id
from auspex.core.limits import ARCHIVE_ROWS_MAX
from auspex.core.problems import Problem
from auspex.platform.scorebook.model import PREDICTION_PREFIX, Outcome, Prediction

SQL = load_sql(Path(__file__).with_suffix(".sql"))


class PredictionTooLate(Problem):
    """A prediction was issued, or would be archived, when its outcome could be known already."""

    status, code, title = 422, "prediction-too-late", "The outcome of this could be known already"
    remedy = "Ask for something that has not happened yet."


class PredictionChanged(Problem):
    """The same model issued the same prediction at the same instant before, and it said something else."""

    status, code, title = 409, "prediction-changed", "This prediction is archived with another content"
    remedy = "A prediction is never edited; issue a new one."


@dataclass(frozen=True, slots=True)
class Archived:
    """A prediction's id, and whether this call archived it or an earlier one had."""

    prediction_id: str
    created: bool


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """An outcome's id and revision, and whether this call recorded it or it was known."""

    outcome_id: int
    revision: int
    created: bool


@dataclass(frozen=True, slots=True)
class PredictionPage:
    """An account's predictions, newest first, each with its outcome and score where there is one."""

    rows: list[dict[str, Any]]
    next_cursor: str | None


def archive_predictions(
    connection: Connection, *, product: str, predictions: Sequence[Prediction], at: datetime
) -> list[Archived]:
    """Archive predictions in the caller's transaction, all or none, and return their ids in order.

    Raises PredictionTooLate, PredictionChanged, ValueError for more than ARCHIVE_ROWS_MAX.
    """
    _refuse_many(predictions)
    rows = [
        {
            "position": position, "prediction_id": new_id(PREDICTION_PREFIX), "subject": p.subject, "target": p.target,
            "issued_at": format_instant(p.issued_at), "outcome_due_at": format_instant(p.outcome_due_at),
            "payload": dict(p.payload), "model_version": p.model_version, "origin": p.origin, "issuer": p.issuer,
            "account_id": p.account_id,
        }
        for position, p in enumerate(predictions)
    ]  # fmt: skip
    try:
        found = fetch_all(connection, SQL["archive_predictions"], {"product": product, "rows": Jsonb(rows), "at": at})
    except CheckViolation as error:
        if "before_the_outcome" not in (error.diag.constraint_name or ""):
            raise
        raise PredictionTooLate(detail=error.diag.message_primary) from error
    changed = [rows[row["position"]]["subject"] for row in found if not row["same"]]
    if changed:
        raise PredictionChanged(detail=f"Archived with another content: {', '.join(changed[:5])}.")
    return [Archived(row["prediction_id"], row["created"]) for row in found]


def record_outcomes(
    connection: Connection, *, product: str, outcomes: Sequence[Outcome], at: datetime
) -> list[RecordedOutcome]:
    """Record what happened, in order; an outcome that differs from the known one is its correction.

    Archiving for this product waits until the caller's transaction ends: keep it short. Raises ValueError for more than
    ARCHIVE_ROWS_MAX.
    """
    _refuse_many(outcomes)
    rows = [
        {
            "position": position, "subject": o.subject, "target": o.target,
            "occurred_at": format_instant(o.occurred_at), "value": dict(o.value), "source": o.source,
        }
        for position, o in enumerate(outcomes)
    ]  # fmt: skip
    found = fetch_all(connection, SQL["record_outcomes"], {"product": product, "rows": Jsonb(rows), "at": at})
    return [RecordedOutcome(row["outcome_id"], row["revision"], row["created"]) for row in found]


def list_predictions(
    connection: Connection, *, account_id: str, product: str, limit: int, cursor: str | None
) -> PredictionPage:
    """Return a page of an account's own predictions. Raises MalformedRequest for a cursor of another list."""
    filters = {"list": "predictions", "account_id": account_id, "product": product}
    before = decode_cursor(cursor, filters=filters)[0] if cursor else None
    rows = fetch_all(
        connection, SQL["list_predictions"],
        {"account_id": account_id, "product": product, "before": before, "rows_max": limit + 1},
    )  # fmt: skip
    kept = rows[:limit]
    last = [kept[-1]["prediction"]["prediction_id"]] if len(rows) > limit else None
    return PredictionPage(kept, encode_cursor(last, filters=filters) if last else None)


def _refuse_many(rows: Sequence[object]) -> None:
    if len(rows) > ARCHIVE_ROWS_MAX:
        raise ValueError(f"{len(rows)} rows in one call, at most {ARCHIVE_ROWS_MAX}")
