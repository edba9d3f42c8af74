"""Score what has become known, by a product's rule. A product's schedule is `scoring_schedule(rule).handler`.

Scores are appended, never edited: a corrected outcome or a new version of the rule adds a row that holds from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.clock import current_clock
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql, transaction
from auspex.core.faults import fault_point
from auspex.core.limits import SCORING_BATCH_ROWS_MAX, SCORING_BATCHES_MAX, SCORING_RETRY_SECONDS
from auspex.core.telemetry import count, logger
from auspex.platform.schedule import Schedule, schedule
from auspex.platform.scorebook.model import ArchivedPrediction, ScoreCard, ScoringRule

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one transaction did."""

    outcomes: int
    scored: int
    void: int
    failed: int


def scoring_schedule(rule: ScoringRule) -> Schedule:
    """Make the schedule that scores a product's predictions; its name is `<product>-score`."""
    return schedule(f"{rule.product}-score", partial(score_due, rule))


def score_due(rule: ScoringRule, at: datetime) -> dict[str, Any]:
    """Score every prediction of the rule's product whose outcome is known, and return the counts.

    A rule that raises fails that prediction alone: it is logged and tried again an hour later. At most
    SCORING_BATCHES_MAX transactions; the next run goes on.
    """
    done = _Batch(0, 0, 0, 0)
    for _ in range(SCORING_BATCHES_MAX):
        with transaction() as connection:
            batch = _score_batch(connection, rule, at=at)
            fault_point("scorebook.uncommitted")
        if batch.outcomes == 0:
            break
        done = _Batch(
            done.outcomes + batch.outcomes, done.scored + batch.scored, done.void + batch.void,
            done.failed + batch.failed,
        )  # fmt: skip
    count("PredictionsScored", done.scored, product=rule.product)
    if done.failed:
        count("ScoringFailures", done.failed, product=rule.product)
        count("ScoringFailures", done.failed)  # of any product: what the alarm watches
    return {"scored": done.scored, "void": done.void, "failed": done.failed}


def queue_rescoring(connection: Connection, *, product: str) -> int:
    """Have every known outcome of a product scored again, after its rule has a new version; return how many."""
    row = fetch_one(connection, SQL["queue_rescoring"], {"product": product})
    assert row is not None
    return int(row["queued"])


def _score_batch(connection: Connection, rule: ScoringRule, *, at: datetime) -> _Batch:
    """Claim outcomes, score a batch of their predictions, and let go of outcomes that are done."""
    limit = {"rows_max": SCORING_BATCH_ROWS_MAX}
    claimed = fetch_all(connection, SQL["claim_outcomes"], limit | {"product": rule.product, "at": at})
    outcome_ids = [row["outcome_id"] for row in claimed]
    if not outcome_ids:
        return _Batch(0, 0, 0, 0)
    version = {"outcome_ids": outcome_ids, "rule_version": rule.version}
    rows: list[dict[str, Any]] = []
    failed: list[int] = []
    for due in fetch_all(connection, SQL["list_unscored"], limit | version):
        scored = _apply(rule, due["prediction"], due["outcome"])
        if scored is None:
            failed.append(due["outcome"]["outcome_id"])
        else:
            rows.append(scored)
    connection.execute(SQL["append_scores"], {"rows": Jsonb(rows), "at": current_clock().now()})
    retry_at = at + timedelta(seconds=SCORING_RETRY_SECONDS)
    connection.execute(SQL["settle_outcomes"], version | {"failed": sorted(set(failed)), "retry_at": retry_at})
    void = sum(1 for row in rows if row["void"])
    return _Batch(len(outcome_ids), len(rows) - void, void, len(failed))


def _apply(rule: ScoringRule, prediction: dict[str, Any], outcome: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row of one score, None when the rule broke on it."""
    archived = ArchivedPrediction(
        prediction_id=prediction["prediction_id"], subject=prediction["subject"], target=prediction["target"],
        issued_at=datetime.fromisoformat(prediction["issued_at"]),
        outcome_due_at=datetime.fromisoformat(prediction["outcome_due_at"]), payload=prediction["payload"],
        model_version=prediction["model_version"], origin=prediction["origin"], issuer=prediction["issuer"],
    )  # fmt: skip
    try:
        card = rule.score(archived, outcome["value"])
    except Exception:  # noqa: BLE001 - one prediction that a rule cannot read must not keep the others from their score
        logger().exception("a prediction cannot be scored", extra={"prediction_id": archived.prediction_id})
        return None
    identity = {
        "prediction_id": archived.prediction_id, "outcome_id": outcome["outcome_id"], "rule_version": rule.version,
        "void": card is None,
    }  # fmt: skip
    return identity | _columns(card)


def _columns(card: ScoreCard | None) -> dict[str, Any]:
    if card is None:
        return {"scores": {}, "indicators": {}, "baselines": {}, "reliability": []}
    return {
        "scores": dict(card.scores),
        "indicators": dict(card.indicators),
        "baselines": {name: dict(of) for name, of in card.baselines.items()},
        "reliability": [list(pair) for pair in card.reliability],
    }
