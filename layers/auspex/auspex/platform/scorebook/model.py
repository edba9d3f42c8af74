"""What the scorebook holds, and what a product plugs in: the rule that scores its predictions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from auspex.core.limits import SCORE_SERIES_MAX

PREDICTION_PREFIX = "pred"
PRODUCTS = ("deals", "filings", "oracle", "outbreak")
"""Products with a scorebook from their first day on; another one has a scorebook once it archived something."""
Origin = Literal["live", "backtest"]
Issuer = Literal["schedule", "account"]
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prediction as it is issued, with everything that its scoring needs later, baselines among it.

    `outcome_due_at` is when the outcome can first be known (kick-off, publication). A schedule's prediction enters the
    public figures when it is live; an account's is scored for its owner alone.
    """

    subject: str
    target: str
    issued_at: datetime
    outcome_due_at: datetime
    payload: Mapping[str, Any]
    model_version: str
    origin: Origin = "live"
    account_id: str | None = None

    @property
    def issuer(self) -> Issuer:
        """Who had it issued: an account by its request, or a schedule."""
        return "schedule" if self.account_id is None else "account"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened, and from when on it could be known."""

    subject: str
    target: str
    occurred_at: datetime
    value: Mapping[str, Any]
    source: str = ""


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """What a rule makes of one prediction and its outcome.

    `scores` are proper and the smaller the better; `indicators` are averaged without a better or worse (coverage);
    `baselines` are the same scores of a named reference; `reliability` pairs a probability with what happened (0 or 1).
    """

    scores: Mapping[str, float]
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    indicators: Mapping[str, float] = field(default_factory=dict)
    reliability: tuple[tuple[float, int], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be stored or averaged. Raises ValueError."""
        series = [*self.scores, *self.indicators, *self.baselines]
        if not self.scores or len(series) > SCORE_SERIES_MAX:
            raise ValueError(f"a score card has 1 to {SCORE_SERIES_MAX} series, not {len(series)}")
        for name in (*series, *(metric for of in self.baselines.values() for metric in of)):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no name of a score")
        values = [
            *self.scores.values(),
            *self.indicators.values(),
            *(v for of in self.baselines.values() for v in of.values()),
        ]
        if not all(math.isfinite(value) for value in values):
            raise ValueError("a score is not finite")
        for name, of in self.baselines.items():
            if not of.keys() <= self.scores.keys():
                raise ValueError(f"baseline {name} has a score that the prediction lacks")
        if not all(0 <= forecast <= 1 and observed in {0, 1} for forecast, observed in self.reliability):
            raise ValueError("reliability pairs a probability with 0 or 1")


@dataclass(frozen=True, slots=True)
class ArchivedPrediction:
    """A prediction as it lies in the archive."""

    prediction_id: str
    subject: str
    target: str
    issued_at: datetime
    outcome_due_at: datetime
    payload: dict[str, Any]
    model_version: str
    origin: Origin
    issuer: Issuer


Rule = Callable[[ArchivedPrediction, dict[str, Any]], ScoreCard | None]


@dataclass(frozen=True, slots=True)
class ScoringRule:
    """How a product's predictions are scored. `score` gets a prediction and the outcome's value; None counts nothing.

    A change of the rule is a new version; `queue_rescoring` then has everything scored by it, and rows of both stay.
    """

    product: str
    version: str
    score: Rule
