"""What `oracle.batches` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NotRequired, TypedDict

from auspex_client.model import Model
from auspex_client.models.shared import Devig, GoalsIn, Job, LeverIn, OddsIn, SideIn, Sport


class BatchResult(TypedDict):
    """How the match ended; it scores the forecast and never feeds it."""

    away_goals: int
    home_goals: int


class BatchFixture(TypedDict):
    """One row: a fixture as a simulation takes it, perhaps with its result and the market to hold the forecast against.

    `odds` are pooled into the forecast; `market` is only compared with, unless the batch says `use_market`.
    """

    away: SideIn
    client_reference: NotRequired[str | None]
    competition: NotRequired[str | None]
    devig: NotRequired[Devig]
    goals: NotRequired[GoalsIn | None]
    home: SideIn
    home_advantage: NotRequired[float | None]
    kickoff: NotRequired[dt.datetime | None]
    levers: NotRequired[Sequence[LeverIn]]
    market: NotRequired[OddsIn | None]
    market_weight: NotRequired[float]
    match_date: NotRequired[dt.date | None]
    neutral: NotRequired[bool]
    odds: NotRequired[OddsIn | None]
    result: NotRequired[BatchResult | None]
    sport: NotRequired[Sport]


class Rejected(Model):
    """A row that was not accepted: `row` counts from 1, `pointer` leads into the JSON body or to the CSV's cell."""

    code: str
    detail: str
    pointer: str
    row: int


class Batch(Model):
    """A batch's job, and what became of its rows at the door."""

    job: Job
    rows_accepted: int
    rows_rejected: list[Rejected]
