"""Show how good archived forecasts turned out to be.
Route: GET /v1/oracle/calibration · Reads: oracle.calibration · Fails: validation-failed, malformed-request"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import Field

from auspex.core.database import connect
from auspex.oracle.calibration_reads import CalibrationQuery, list_calibration
from auspex.oracle.representations import CompetitionCode, Season
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="oracle:read")
OriginName = Literal["live", "backtest"]


class RecordFigureOut(Representation):
    """A figure with its 95 % bootstrap interval by match-week; `n` where it stands on fewer forecasts than the rest."""

    value: float
    low: float
    high: float
    n: int | None = None


class RecordSkillOut(Representation):
    """1 - RPS / RPS of the reference on the same matches; null where too few have the reference."""

    base_rate: RecordFigureOut | None
    market: RecordFigureOut | None


class RecordBandOut(Representation):
    """A risk band: its share of all forecasts, and how often its favourites were expected to win and did."""

    band: Literal["LOW", "MEDIUM", "HIGH"]
    n: int
    share: float
    forecast: float | None
    observed: float | None


class RecordMetricsOut(Representation):
    """Means over all forecasts; the smaller, the closer."""

    rps: RecordFigureOut
    brier: RecordFigureOut
    log_loss: RecordFigureOut
    skill: RecordSkillOut
    expected_calibration_error: float
    over_2_5_brier: float | None
    bands: list[RecordBandOut] | None


class RecordBinOut(Representation):
    """Forecasts of one tenth of the probability scale, outcomes pooled, with Wilson's interval of what was observed."""

    low: float
    high: float
    n: int
    mean_forecast: float
    observed: float
    observed_low: float
    observed_high: float


class CalibrationOut(Representation):
    """The record of one model version: the last forecast before kick-off of each match, scored and never edited."""

    origin: OriginName
    model: str
    model_version: str
    competition: str | None = Field(description="Null: all competitions together")
    season: str | None = Field(description="Null: all seasons together")
    n: int
    insufficient: bool = Field(description="Fewer than 50 scored forecasts: no figures")
    metrics: RecordMetricsOut | None
    bins: list[RecordBinOut] | None
    built_at: datetime


async def _query(
    *,
    origin: Annotated[OriginName, Query(description="Live forecasts, or backtests of past seasons")] = "live",
    model: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$", examples=["goals"])] = None,
    model_version: Annotated[str | None, Query(max_length=200, examples=["goals-1.0.0"])] = None,
    competition: Annotated[CompetitionCode | None, Query()] = None,
    season: Annotated[Season | None, Query()] = None,
) -> CalibrationQuery:
    return CalibrationQuery(origin, model, model_version, competition, season)


@api.get("/v1/oracle/calibration", page_of=CalibrationOut)
async def list_oracle_calibration(
    _: Caller,
    query: Annotated[CalibrationQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[CalibrationOut]:
    """List the records of models: scores, skill against base rate and market, reliability, risk bands."""
    found = list_calibration(connect(), query, limit=limit, cursor=cursor)
    return Page(rows=[CalibrationOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
