"""Time the public scorebook at a million scores, and scoring itself through the shipped path."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from auspex.core.database import Connection, exchange_connection
from auspex.platform.scorebook.archive import archive_predictions, record_outcomes
from auspex.platform.scorebook.model import ArchivedPrediction, Outcome, Prediction, ScoreCard, ScoringRule
from auspex.platform.scorebook.proper_scores import binary_brier, log_loss
from auspex.platform.scorebook.read_figures import FigureQuery, read_figures
from auspex.platform.scorebook.score_due import score_due

SCORES = 1_000_000
DAYS = 730
TARGETS, VERSIONS = 3, 4
SCORED_BY_PATH = 10_000
CALLS = 15
NOW = datetime(2031, 1, 1, tzinfo=UTC)
# Triggers are off while a million rows are laid down; what they would check holds by construction.
FILL = f"""
SET session_replication_role = replica;
CREATE TEMP TABLE made AS
SELECT n, 'pred_' || lpad(n::text, 26, '0') AS prediction_id, 's' || n AS subject, 't' || n % {TARGETS} AS target,
       timestamptz '{NOW.isoformat()}' - interval '{DAYS} days' + (n % {DAYS}) * interval '1 day' AS due,
       'm' || (n % {DAYS}) * {VERSIONS} / {DAYS} AS model_version, (n::bigint * 7919 % 1000) / 1000.0 AS chance,
       (n::bigint * 104729 % 1000 < n::bigint * 7919 % 1000)::integer AS happened
FROM generate_series(1, {SCORES}) AS n;
INSERT INTO platform.predictions
SELECT prediction_id, 'bench', subject, target, due - interval '1 day', due, jsonb_build_object('chance', chance),
       model_version, 'live', 'schedule', NULL, due - interval '1 day' FROM made;
INSERT INTO platform.outcomes (product, subject, target, revision, occurred_at, value, source, recorded_at)
SELECT 'bench', subject, target, 1, due, '{{}}', 'bench', due FROM made ORDER BY n;
INSERT INTO platform.scores (prediction_id, outcome_id, rule_version, void, scores, indicators, baselines, reliability,
                             scored_at)
SELECT m.prediction_id, o.outcome_id, '1', false,
       jsonb_build_object('brier', (chance - happened) ^ 2,
                          'log_loss', -ln(greatest(1 - abs(chance - happened), 1e-15))),
       jsonb_build_object('sharp', abs(chance - 0.5)), jsonb_build_object('climate', jsonb_build_object('brier', 0.25)),
       jsonb_build_array(jsonb_build_array(chance, happened)), m.due
FROM made AS m JOIN platform.outcomes AS o ON o.subject = m.subject AND o.target = m.target AND o.product = 'bench';
RESET session_replication_role;
ANALYZE platform.predictions, platform.outcomes, platform.scores;
"""


def measure_scorebook(url: str, superuser_url: str) -> dict[str, Any]:
    """Return seconds and milliseconds of filling, rebuilding, reading and scoring."""
    results: dict[str, Any] = {"scores": SCORES, "days": DAYS, "models": TARGETS * VERSIONS}
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute(FILL.encode())
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        results["rebuild_seconds"] = _seconds(
            lambda: connection.execute("SELECT platform.rebuild_score_blocks('bench')")
        )
        for window in (365, 1_830):
            query = FigureQuery(product="bench", window_days=window)
            timed = [_seconds(lambda q=query: read_figures(connection, q, at=NOW)) for _ in range(CALLS)]  # type: ignore[misc] # a default binds the loop's value
            found = read_figures(connection, query, at=NOW)
            results[f"read_{window}_days_first_ms"] = round(timed[0] * 1_000, 1)
            results[f"read_{window}_days_p50_ms"] = round(statistics.median(timed) * 1_000, 1)
            results[f"read_{window}_days_n"] = found.n
        results |= _score(connection)
    return results


def _score(connection: Connection) -> dict[str, Any]:
    """Archive, record and score through the shipped functions, on top of the million."""
    due = NOW + timedelta(days=1)
    predictions = [
        Prediction(subject=f"new{n}", target="t0", issued_at=NOW, outcome_due_at=due, payload={"chance": n % 100 / 100},
                   model_version="m9")
        for n in range(SCORED_BY_PATH)
    ]  # fmt: skip
    outcomes = [Outcome(p.subject, p.target, due, {"rain": number % 3 == 0}) for number, p in enumerate(predictions)]
    half = SCORED_BY_PATH // 2
    archive = _seconds(
        lambda: [
            archive_predictions(connection, product="bench", predictions=predictions[at : at + half], at=NOW)
            for at in (0, half)
        ]
    )
    record = _seconds(
        lambda: [
            record_outcomes(connection, product="bench", outcomes=outcomes[at : at + half], at=due) for at in (0, half)
        ]
    )
    outside = exchange_connection(connection)
    try:
        scoring = _seconds(lambda: score_due(ScoringRule("bench", "1", _rule), due))
    finally:
        exchange_connection(outside)
    seconds = {"archived_per_second": archive, "recorded_per_second": record, "scored_per_second": scoring}
    return {name: round(SCORED_BY_PATH / value) for name, value in seconds.items()}


def _rule(prediction: ArchivedPrediction, outcome: dict[str, Any]) -> ScoreCard:
    chance, happened = float(prediction.payload["chance"]), bool(outcome["rain"])
    scores = {
        "brier": binary_brier(chance, happened=happened),
        "log_loss": log_loss([chance, 1 - chance], 1 - happened),
    }
    pair = (chance, int(happened))
    return ScoreCard(scores=scores, baselines={"climate": {"brier": 0.25}}, reliability=(pair,))


def _seconds(call: Callable[[], Any]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
