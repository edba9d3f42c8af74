"""A row of a batch: a fixture as a simulation takes it, perhaps with its result and the market to compare it with."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from auspex.core.limits import CLIENT_REFERENCE_CHARACTERS_MAX
from auspex.oracle.fixture_bodies import OddsIn, StatedFixture
from auspex.platform.replies import Request

Reference = Annotated[str, Field(max_length=CLIENT_REFERENCE_CHARACTERS_MAX, pattern=r"^[^\x00]+$")]


class BatchResult(Request):
    """How the match ended; it scores the forecast and never feeds it."""

    home_goals: Annotated[int, Field(ge=0, le=99)]
    away_goals: Annotated[int, Field(ge=0, le=99)]


class BatchFixture(StatedFixture):
    """One row: a fixture as a simulation takes it, perhaps with its result and the market to hold the forecast against.

    `odds` are pooled into the forecast; `market` is only compared with, unless the batch says `use_market`.
    """

    match_date: date | None = None
    market: OddsIn | None = None
    result: BatchResult | None = None
    client_reference: Reference | None = None

    @model_validator(mode="after")
    def make_sense(self) -> Self:
        """Refuse a row of one team, and draw odds or a drawn result where no draw exists."""
        if self.home.name.casefold() == self.away.name.casefold():
            raise ValueError("same-team: a team cannot play itself")
        for odds in (self.odds, self.market):
            if odds is not None and (odds.draw is not None) != self.sport.has_draws:
                raise ValueError("market-mismatch: football has odds of a draw, no other sport has")
        if self.result is not None and not self.sport.has_draws and self.result.home_goals == self.result.away_goals:
            raise ValueError("market-mismatch: this sport knows no draw")
        return self
