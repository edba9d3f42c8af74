"""What `oracle.fixtures` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt

from auspex_client.model import Model


class ThreeWay(Model):
    """Probabilities of a match's outcomes; they add up to 1."""

    away: float
    draw: float
    home: float


class Forecast(Model):
    """The newest archived forecast of one model; it is never edited."""

    issued_at: dt.datetime
    model: str
    model_version: str
    over_2_5: float | None
    params_version: str | None
    prediction_id: str
    probabilities: ThreeWay
    risk_band: str | None


class Offer(Model):
    """Decimal odds of one bookmaker on one market, as first seen at this price."""

    bookmaker: str
    market: str
    prices: dict[str, float]
    seen_at: dt.datetime


class Fixture(Model):
    """A match to come; `kickoff` is null where the source gives no time."""

    away: str
    away_id: str
    competition: str
    forecasts: list[Forecast]
    home: str
    home_id: str
    kickoff: dt.datetime | None
    match_date: dt.date
    match_id: str
    odds: list[Offer]
    season: str
