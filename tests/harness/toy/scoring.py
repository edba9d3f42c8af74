"""What the toy predicts: the chance of rain, against the one that it always has; and how its predictions are scored."""

from __future__ import annotations

from typing import Any

from auspex.platform.scorebook.model import ArchivedPrediction, ScoreCard, ScoringRule
from auspex.platform.scorebook.proper_scores import binary_brier, log_loss

CLIMATE = 0.3


def score_rain(prediction: ArchivedPrediction, outcome: dict[str, Any]) -> ScoreCard | None:
    """Score a chance of rain; a day without a reading counts nothing, a payload without a chance breaks the rule."""
    if outcome["rain"] is None:
        return None
    chance, rained = float(prediction.payload["chance"]), bool(outcome["rain"])
    index = 0 if rained else 1
    baselines = {"climate": {"brier": binary_brier(CLIMATE, happened=rained)}}
    if "rival" in prediction.payload:
        baselines["rival"] = {"brier": binary_brier(float(prediction.payload["rival"]), happened=rained)}
    return ScoreCard(
        scores={"brier": binary_brier(chance, happened=rained), "log_loss": log_loss([chance, 1 - chance], index)},
        baselines=baselines,
        indicators={"said_rain": float(chance > 0.5)},
        reliability=((chance, int(rained)),),
    )


RULE = ScoringRule(product="toy", version="1", score=score_rain)
