"""How promises and expectations are scored in the scorebook (FILINGS 7.10): what is archived of them, and the rule.

Losses are shares of a figure known when it was said (the same period a year before, else the promise's middle), so that
companies of every size count alike and the scores stay proper.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from auspex.filings.extraction.actuals import Sought, due_at
from auspex.filings.extraction.expectations import Baselines, Expectation
from auspex.filings.extraction.guidance_item import Shape
from auspex.filings.extraction.guidance_ledger import Promise, outcome_of
from auspex.filings.model import Basis
from auspex.platform.scorebook.model import ArchivedPrediction, Prediction, ScoreCard, ScoringRule
from auspex.platform.scorebook.proper_scores import pinball

PRODUCT = "filings"
LEVELS = (0.1, 0.5, 0.9)
GUIDANCE_MODEL = "company-guidance-1"
EXPECTATION_MODEL = "filings-expectation-{route}-1"


def guidance_subject(accession: str, *, metric: str, basis: Basis, fiscal_period: str) -> str:
    """Return what a promise is called in the scorebook, the same for every run that reads it."""
    return f"guidance/{accession}/{metric}/{basis.value}/{fiscal_period}"


def expectation_subject(cik: int, sought: Sought, fiscal_period: str) -> str:
    """Return what a figure of a period is called in the scorebook."""
    return f"expectation/{cik}/{sought.metric}/{sought.basis.value}/{sought.period_type.value}/{fiscal_period}"


def target_of(sought: Sought, *, promised: bool) -> str:
    """Return the target that public figures are summed by: the metric, its basis where it is not GAAP."""
    name = sought.metric if sought.basis is Basis.GAAP else f"{sought.metric}_non_gaap"
    return f"guidance_{name}" if promised else name


def promise_prediction(
    accession: str, sought: Sought, promise: Promise, fiscal_period: str, *, at: datetime
) -> Prediction | None:
    """Return a company's promise as a prediction of its own; None when it was made after its period had ended.

    One that we read only after its period is a backtest: its outcome could be known when we archived it.
    """
    due = due_at(sought.period_end)
    if sought.said_at >= due:
        return None
    subject = guidance_subject(accession, metric=sought.metric, basis=sought.basis, fiscal_period=fiscal_period)
    payload = {
        "kind": "guidance", "metric": sought.metric, "shape": promise.shape.value, "unit": sought.unit,
        "low": _text(promise.low), "high": _text(promise.high), "tolerance": _text(promise.tolerance),
        "period_end": sought.period_end.isoformat(),
    }  # fmt: skip
    return Prediction(
        subject=subject, target=target_of(sought, promised=True), issued_at=sought.said_at, outcome_due_at=due,
        payload=payload, model_version=GUIDANCE_MODEL, origin="live" if at < due else "backtest",
    )  # fmt: skip


def expectation_prediction(
    cik: int, sought: Sought, expectation: Expectation, baselines: Baselines, fiscal_period: str
) -> Prediction:
    """Return an expectation as a prediction, issued when it is said."""
    payload = {
        "kind": "expectation", "cik": cik, "metric": sought.metric, "unit": sought.unit,
        "q10": _text(expectation.q10), "q50": _text(expectation.q50), "q90": _text(expectation.q90),
        "scale": _text(baselines.scale), "period_end": sought.period_end.isoformat(),
        "baselines": {
            "guidance_midpoint": _text(baselines.guidance_midpoint), "last_year": _text(baselines.last_year)
        },
    }  # fmt: skip
    return Prediction(
        subject=expectation_subject(cik, sought, fiscal_period), target=target_of(sought, promised=False),
        issued_at=sought.said_at, outcome_due_at=due_at(sought.period_end), payload=payload,
        model_version=EXPECTATION_MODEL.format(route=expectation.route.value),
    )  # fmt: skip


def score_statement(prediction: ArchivedPrediction, outcome: Mapping[str, Any]) -> ScoreCard | None:
    """Score a promise or an expectation by the first reported figure; None for an expectation nothing can scale."""
    said, actual = prediction.payload, Decimal(outcome["actual"])
    return _score_promise(said, actual) if said["kind"] == "guidance" else _score_expectation(said, actual)


def pinball_losses(quantiles: tuple[float, float, float], actual: float, *, scale: float) -> dict[str, float]:
    """Return the pinball losses at 0.1, 0.5 and 0.9 as shares of `scale`, and their mean."""
    losses = [pinball(level, q, actual) / scale for level, q in zip(LEVELS, quantiles, strict=True)]
    return {
        "pinball": sum(losses) / len(losses),
        **{f"pinball_{round(100 * level)}": loss for level, loss in zip(LEVELS, losses, strict=True)},
    }


def _score_expectation(said: Mapping[str, Any], actual: Decimal) -> ScoreCard | None:
    if said["scale"] is None:
        return None
    scale, value = float(said["scale"]), float(actual)
    low, mid, high = (float(said[name]) for name in ("q10", "q50", "q90"))
    return ScoreCard(
        scores=pinball_losses((low, mid, high), value, scale=scale),
        baselines={
            name: pinball_losses((float(point),) * 3, value, scale=scale)
            for name, point in said["baselines"].items()
            if point is not None
        },
        indicators={
            "coverage_80": float(low <= value <= high),
            "above": float(value > high),
            "below": float(value < low),
        },
    )


def _score_promise(said: Mapping[str, Any], actual: Decimal) -> ScoreCard:
    promise = _promise(said)
    outcome = outcome_of(promise, actual, metric=said["metric"])
    scores = {"out_of_range": float(outcome.position != "within")}
    if outcome.surprise is not None:
        scores["absolute_error"] = abs(float(outcome.surprise))
    verdicts = ("beat", "in_range", "miss")
    return ScoreCard(
        scores=scores,
        indicators={name: float(outcome.verdict == name) for name in verdicts} if outcome.verdict else {},
    )


def _promise(said: Mapping[str, Any]) -> Promise:
    numbers = (None if said[name] is None else Decimal(said[name]) for name in ("low", "high", "tolerance"))
    return Promise(Shape(said["shape"]), *numbers)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


RULE = ScoringRule(product=PRODUCT, version="1", score=score_statement)
