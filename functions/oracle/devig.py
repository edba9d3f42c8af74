"""Take the margin out of odds, free of charge.
Route: POST /v1/oracle/devig · Reads: nothing · Fails: odds-sum-below-one"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from auspex.core.limits import DEVIG_MARKETS_MAX, DEVIG_OUTCOMES_MAX
from auspex.oracle.fixture_bodies import DecimalOdds, TeamName
from auspex.oracle.remove_margins import remove_margins
from auspex.platform.endpoint import Caller, endpoint
from auspex.platform.replies import Representation, Request

Method = Literal["power", "shin", "goto", "proportional"]
api = endpoint(__name__, scope="oracle:read")


class MarketIn(Request):
    """Decimal odds of all outcomes of one market, by name."""

    outcomes: Annotated[dict[TeamName, DecimalOdds], Field(min_length=2, max_length=DEVIG_OUTCOMES_MAX)]


class RemoveMargins(Request):
    """Markets, and the methods to apply to each; the first one also gives the implied goals."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"odds": [{"outcomes": {"home": 1.8, "draw": 3.6, "away": 4.75}}]}]}
    )

    odds: Annotated[list[MarketIn], Field(min_length=1, max_length=DEVIG_MARKETS_MAX)]
    methods: Annotated[tuple[Method, ...], Field(min_length=1, max_length=4)] = ("power",)
    allow_negative_margin: bool = False


class ImpliedRatesOut(Representation):
    """Expected goals that give a market's probabilities, with the low-score correction that was supposed."""

    method: Method
    lambda_: float = Field(serialization_alias="lambda", validation_alias="lambda")
    mu: float
    rho: float


class MarketOut(Representation):
    """Probabilities of one market by method; `overround` is the sum of the inverse odds less one."""

    overround: float
    probabilities: dict[Method, dict[str, float]]
    implied_rates: ImpliedRatesOut | None


class MarginsOut(Representation):
    """The markets in the order they were sent."""

    markets: list[MarketOut]


@api.post("/v1/oracle/devig", response_model=MarginsOut, rate="read", replayable=False)
async def remove_odds_margins(body: RemoveMargins, _: Caller) -> MarginsOut:
    """Return the probabilities behind odds, by every method asked for."""
    found = remove_margins(
        [market.outcomes for market in body.odds], methods=body.methods,
        allow_negative_margin=body.allow_negative_margin,
    )  # fmt: skip
    return MarginsOut(markets=[MarketOut.model_validate(market) for market in found])


handler = api.handler
