"""List matches to come with early prices and archived forecasts.
Route: GET /v1/oracle/fixtures · Reads: oracle.matches, odds, the scorebook
Fails: validation-failed, malformed-request"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.limits import FORECAST_DAYS
from auspex.oracle.fixture_reads import FixtureQuery, list_fixtures
from auspex.oracle.representations import CompetitionCode, ThreeWay
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Representation

api = endpoint(__name__, scope="oracle:read")


class OfferOut(Representation):
    """Decimal odds of one bookmaker on one market, as first seen at this price."""

    bookmaker: str
    market: str
    prices: dict[str, float]
    seen_at: datetime


class ForecastOut(Representation):
    """The newest archived forecast of one model; it is never edited."""

    prediction_id: str
    model: str
    model_version: str
    params_version: str | None
    issued_at: datetime
    probabilities: ThreeWay
    over_2_5: float | None
    risk_band: str | None


class FixtureOut(Representation):
    """A match to come; `kickoff` is null where the source gives no time."""

    match_id: str
    competition: str
    season: str
    match_date: date
    kickoff: datetime | None
    home_id: str
    home: str
    away_id: str
    away: str
    odds: list[OfferOut] = Field(description="Early prices; closing ones serve scoring alone")
    forecasts: list[ForecastOut]


async def _query(
    *,
    competition: Annotated[CompetitionCode | None, Query()] = None,
    first: Annotated[date | None, Query(alias="from", description="First day; today where absent")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day; a week after the first where absent")] = None,
) -> FixtureQuery:
    begin = first or current_clock().now().date()
    return FixtureQuery(first=begin, last=last or begin + timedelta(days=FORECAST_DAYS), competition=competition)


@api.get("/v1/oracle/fixtures", page_of=FixtureOut)
async def list_oracle_fixtures(
    _: Caller,
    query: Annotated[FixtureQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[FixtureOut]:
    """List matches to come by day, with known prices and the newest archived forecasts."""
    found = list_fixtures(connect(), query, limit=limit, cursor=cursor)
    return Page(rows=[FixtureOut.model_validate(row) for row in found.rows], next_cursor=found.next_cursor)


handler = api.handler
