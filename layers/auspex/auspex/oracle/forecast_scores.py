"""How archived forecasts of matches are scored (ORACLE 7.10): the rule of the scorebook, and outcomes for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from auspex.core.database import connect, transaction
from auspex.core.limits import ARCHIVE_ROWS_MAX
from auspex.oracle.match_store import changed_results
from auspex.platform.scorebook.archive import record_outcomes
from auspex.platform.scorebook.model import ArchivedPrediction, Outcome, ScoreCard, ScoringRule
from auspex.platform.scorebook.proper_scores import binary_brier, brier, log_loss, rps

PRODUCT = "oracle"
SUBJECT = "oracle:"
TARGET = "full_time_result"
"""The forecast of the last run before kick-off: one a match, model and version; figures of calibration are of these."""
TARGET_AHEAD = "full_time_result_ahead"
"""Forecasts of earlier runs, up to a week before."""
OUTCOMES = ("home", "draw", "away")
OVER_GOALS = 2.5
RESULT_DAYS = 14
"""How long after it came in a result is offered to the scorebook again; what it knows already changes nothing."""


def score_forecast(prediction: ArchivedPrediction, outcome: Mapping[str, Any]) -> ScoreCard:
    """Return RPS, Brier and log loss of a forecast, and of every baseline that its payload holds."""
    home, away = int(outcome["home_goals"]), int(outcome["away_goals"])
    happened = 0 if home > away else 1 if home == away else 2
    is_over = home + away > OVER_GOALS
    said = prediction.payload
    probabilities = [float(said["probabilities"][name]) for name in OUTCOMES]
    scores = _scores(said, happened, is_over=is_over)
    baselines = {
        name: {metric: value for metric, value in _scores(of, happened, is_over=is_over).items() if metric in scores}
        for name, of in (said.get("baselines") or {}).items()
        if of is not None
    }
    favourite = max(range(3), key=probabilities.__getitem__)
    return ScoreCard(
        scores=scores,
        baselines=baselines,
        indicators={"favourite_won": float(favourite == happened)},
        reliability=tuple((p, int(index == happened)) for index, p in enumerate(probabilities)),
    )


RULE = ScoringRule(product=PRODUCT, version="1", score=score_forecast)


def outcome_at(match: Mapping[str, Any]) -> datetime:
    """Return when the outcome of a match can first be known: its kick-off, else the beginning of its day."""
    kickoff: datetime | None = match["kickoff"]
    return kickoff or datetime.combine(match["match_date"], time(0), UTC)


def outcome_of(match: Mapping[str, Any], target: str) -> Outcome:
    """Return a result as the scorebook keeps it."""
    return Outcome(
        subject=SUBJECT + match["match_id"], target=target, occurred_at=outcome_at(match),
        value={"home_goals": match["home_goals"], "away_goals": match["away_goals"]}, source="football-data",
    )  # fmt: skip


def record_results(at: datetime) -> int:
    """Tell the scorebook the results, and corrections of results, of predicted matches; returns how many were new."""
    rows = changed_results(connect(), at - timedelta(days=RESULT_DAYS))
    outcomes = [
        outcome_of(row, target) for row in rows for target in (TARGET, TARGET_AHEAD) if outcome_at(row) <= at
    ]  # fmt: skip
    created = 0
    for first in range(0, len(outcomes), ARCHIVE_ROWS_MAX):
        with transaction() as connection:
            recorded = record_outcomes(
                connection, product=PRODUCT, outcomes=outcomes[first : first + ARCHIVE_ROWS_MAX], at=at
            )
        created += sum(outcome.created for outcome in recorded)
    return created


def _scores(said: Mapping[str, Any], happened: int, *, is_over: bool) -> dict[str, float]:
    probabilities = [float(said["probabilities"][name]) for name in OUTCOMES]
    scores = {
        "rps": rps(probabilities, happened),
        "brier": brier(probabilities, happened),
        "log_loss": log_loss(probabilities, happened),
    }
    if said.get("over_2_5") is not None:
        scores["over_2_5_brier"] = binary_brier(float(said["over_2_5"]), happened=is_over)
    return scores
