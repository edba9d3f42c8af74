"""What `oracle.devig` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict

from pydantic import Field

from auspex_client.model import Model


class ImpliedRates(Model):
    """Expected goals that give a market's probabilities, with the low-score correction that was supposed."""

    lambda_: float = Field(alias="lambda")
    method: Literal["power", "shin", "goto", "proportional"] | str
    mu: float
    rho: float


class Market(Model):
    """Probabilities of one market by method; `overround` is the sum of the inverse odds less one."""

    implied_rates: ImpliedRates | None
    overround: float
    probabilities: dict[str, dict[str, float]]


class Margins(Model):
    """The markets in the order they were sent."""

    markets: list[Market]


class MarketIn(TypedDict):
    """Decimal odds of all outcomes of one market, by name."""

    outcomes: Mapping[str, float]
