"""Show anybody how good a product's predictions were.
Route: GET /v1/scorebook/{product} · Reads: platform.score_blocks, score_bins · Fails: not-found"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import ConfigDict, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import SCOREBOOK_WINDOW_DAYS_DEFAULT, SCOREBOOK_WINDOW_DAYS_MAX
from auspex.platform.endpoint import endpoint
from auspex.platform.replies import Representation
from auspex.platform.scorebook.read_figures import FigureQuery, read_figures

ProductName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9]{1,30}$", examples=["filings"])]
Target = Annotated[
    str | None,
    Query(min_length=1, max_length=100, description="Only predictions of this target", examples=["guidance"]),
]
ModelVersion = Annotated[
    str | None,
    Query(min_length=1, max_length=200, description="Only this model version", examples=["core-filings.1"]),
]
WindowDays = Annotated[int, Query(ge=1, le=SCOREBOOK_WINDOW_DAYS_MAX, description="Days back from today, by due day")]

api = endpoint(__name__, scope=None)


class Shown(Representation):
    """Base of the parts of a scorebook: read from their use case's objects."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class EstimateOut(Shown):
    """A figure with the 95 % interval of a bootstrap over days; no interval for fewer than ten days."""

    value: float
    low: float | None
    high: float | None


class SkillOut(Shown):
    """A score against a baseline's on the same predictions: 1 is perfect, 0 no better, below 0 worse."""

    baseline: Annotated[str, Field(examples=["climatology"])]
    metric: Annotated[str, Field(examples=["brier"])]
    n: int
    score: float
    baseline_score: float
    skill: EstimateOut | None


class BinOut(Shown):
    """Forecasts between two probabilities: how often that was said, and how often it came true (Wilson interval)."""

    low: float
    high: float
    n: int
    mean_forecast: float
    observed: float
    observed_low: float
    observed_high: float


class ReliabilityOut(Shown):
    """Ten bins of probability, and the expected calibration error over them."""

    n: int
    ece: float
    bins: list[BinOut]


class ModelFiguresOut(Shown):
    """One model version on one target."""

    target: str
    model_version: str
    first_due_on: date
    last_due_on: date
    archived: Annotated[int, Field(description="Predictions issued with an outcome due in the window")]
    n: Annotated[int, Field(description="Predictions that are scored")]
    void: Annotated[int, Field(description="Predictions whose outcome does not count, such as an abandoned match")]
    unscored: Annotated[int, Field(description="Predictions due before today that no outcome is known of")]
    days: Annotated[int, Field(description="Days with scored predictions: what the bootstrap draws from")]
    insufficient: Annotated[bool, Field(description="Too few are scored to show figures")]
    scores: Annotated[dict[str, EstimateOut], Field(description="Proper scores; smaller is better")]
    indicators: Annotated[dict[str, EstimateOut], Field(description="Averages without a better or worse: coverage")]
    skills: list[SkillOut]
    reliability: ReliabilityOut | None


class ProductFiguresOut(Shown):
    """A product's predictions in a window: issued by its schedules, live, archived before the outcome, never edited."""

    product: str
    origin: Literal["live"] = "live"
    issuer: Literal["schedule"] = "schedule"
    window_days: int
    since: date
    until: date
    n: int
    models: Annotated[list[ModelFiguresOut], Field(description="By the newest due day first")]
    truncated: Annotated[bool, Field(description="More models than shown: name a target or a model version")]


@api.get("/v1/scorebook/{product}", response_model=ProductFiguresOut)
async def read_scorebook(
    product: ProductName,
    window_days: WindowDays = SCOREBOOK_WINDOW_DAYS_DEFAULT,
    model_version: ModelVersion = None,
    target: Target = None,
) -> ProductFiguresOut:
    """Show n, proper scores, skill against baselines and reliability of a product, by model version and target.

    No key is needed. What accounts asked for with inputs of their own never enters these figures.
    """
    query = FigureQuery(product=product, window_days=window_days, target=target, model_version=model_version)
    found = read_figures(connect(), query, at=current_clock().now())
    return ProductFiguresOut(
        product=product, window_days=window_days, since=found.since, until=found.until, n=found.n,
        models=[ModelFiguresOut.model_validate(model) for model in found.models], truncated=found.truncated,
    )  # fmt: skip


handler = api.handler
